//! Bytes, lines and limits.

use std::io;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;

#[test]
fn json_lines_are_read_by_keys_and_paths() {
    let mapping = "source = \"x\"\n[columns]\nactor = \"by.id\"\nactor_name = \"by.name\"\ntags = \"labels\"\nqueue = \"a.b\"";
    let (tickets, rejects) = read(
        mapping,
        concat!(
            "\u{feff}\n",
            r#"{"ticket": 5, "time": "2024-05-01T10:00:00Z", "by": {"id": 9, "name": "Ann"}, "labels": ["x", "y"], "a.b": "q", "more": {}}"#,
            "\n",
            r#"{"ticket": 5, "time": "2024-05-01T10:00:00Z", "by": {"id": {}}}"#,
            "\n",
            r#"{"ticket": 5, "time": "2024-05-01T10:00:00Z""#,
            "\n",
            r#"{"ticket": null, "time": "2024-05-01T10:00:00Z"}"#,
            "\n",
            r#"{"ticket": ["a", "b"], "time": "2024-05-01T10:00:00Z"}"#,
            "\n",
            r#"{"ticket": 123456789012345678901234567890, "time": "2024-05-01T10:00:00Z"}"#,
        ),
    );
    assert_eq!(tickets.len(), 1);
    let event = &tickets[0].events[0].event;
    assert_eq!(
        event.actor.who.as_ref().map(|who| (who.id.as_str(), who.name.as_str())),
        Some(("9", "Ann"))
    );
    assert_eq!(event.effects.len(), 3);
    assert!(reason(&rejects, 3).contains("name a key in it"));
    assert!(reason(&rejects, 4).starts_with("is not a JSON object"));
    assert_eq!(reason(&rejects, 5), "column `ticket`: is empty");
    assert!(reason(&rejects, 6).contains("only tags may be one"));
    assert!(reason(&rejects, 7).contains("too large to be exact"));
}

#[test]
fn bad_lines_are_rejected_with_column_and_value() {
    let mut file = b"\xef\xbb\xbfticket,time,kind,status,note\r\n1,yesterday,created,,\r\n,2024-05-01T10:00:00Z,,,\n2,2024-05-01T10:00:00Z,solve,,\n".to_vec();
    file.extend_from_slice(b"3,2024-05-01T10:00:00Z,,weird,\n4,2024-05-01T10:00:00Z\n5,2024-05-01T10:00:00Z,\xff,,\n6,0001-01-01T00:00:00Z,,,\n");
    file.extend_from_slice(b"7,2024-05-01T10:00:00Z,,,\"two\nlines\xff\"\n8,,,,\n");
    file.extend_from_slice(
        format!("{},2024-05-01T10:00:00Z,,,\n9,2024-05-01T10:00:00Z,a\0b,,", "x".repeat(300))
            .as_bytes(),
    );
    for chunk in [1, 3, 64, 1 << 20] {
        let (tickets, rejects) = read_with(1 << 20, chunk, &Mapping::default(), &file).unwrap();
        assert_eq!(tickets.len(), 1, "an unread column may hold anything");
        assert_eq!(
            reason(&rejects, 2),
            "column `time`: `yesterday` is not a time as the mapping's time_format has it (rfc3339)"
        );
        assert_eq!(reason(&rejects, 3), "column `ticket`: is empty");
        assert_eq!(
            reason(&rejects, 4),
            "column `kind`: `solve` is not known; map it under [effects]"
        );
        assert_eq!(
            reason(&rejects, 5),
            "column `status`: `weird` is not known; map it under [values.status]"
        );
        assert_eq!(reason(&rejects, 6), "has 2 columns where the header has 5");
        assert!(reason(&rejects, 7).starts_with("column `kind`: is not UTF-8"));
        assert!(reason(&rejects, 8).contains("between the years"));
        assert_eq!(reason(&rejects, 11), "column `time`: is empty");
        assert!(reason(&rejects, 12).ends_with("is longer than 255 bytes"));
        assert!(reason(&rejects, 13).ends_with("contains a zero byte"));
        assert_eq!(rejects.len(), 10);
    }
}

#[test]
fn a_line_over_a_mebibyte_is_skipped_and_the_next_one_read() {
    let long = "x".repeat((1 << 20) + 1);
    let csv = format!(
        "ticket,time,note\n1,2024-05-01T10:00:00Z,\"{long}\n{long}\"\n2,2024-05-01T10:00:00Z,\n3,2024-05-01T10:00:00Z,{long}"
    );
    let json = format!(
        "{{\"ticket\":1,\"time\":\"{long}\"}}\n{{\"ticket\":2,\"time\":\"2024-05-01T10:00:00Z\"}}\n{{\"a\":\"{long}"
    );
    for (file, lines) in [(csv, [2, 5]), (json, [1, 3])] {
        for chunk in [10_007, 8 << 20] {
            let (tickets, rejects) =
                read_with(1 << 20, chunk, &Mapping::default(), file.as_bytes()).unwrap();
            assert_eq!(
                tickets.iter().map(|ticket| ticket.external_id.as_str()).collect::<Vec<_>>(),
                ["2"]
            );
            assert_eq!(rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), lines);
            assert!(rejects[0].reason.contains("longer than 1 MiB"));
        }
    }
}

#[test]
fn a_ticket_has_at_most_ten_thousand_rows_and_rejects_beyond_a_thousand_are_written_only() {
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let written = Written::default();
    let options = IntakeOptions {
        temp_dir: std::env::temp_dir(),
        rejects: Rejects::written_to(Box::new(written.clone())),
    };
    let mut intake = Intake::with_runs_of(64 << 10, Arc::new(Mapping::default()), options);
    intake.feed(b"ticket,time\n").unwrap();
    for second in 0..11_500 {
        intake
            .feed(format!("t,{}\n", jiff::Timestamp::from_second(second).unwrap()).as_bytes())
            .unwrap();
    }
    let mut sorted = intake.finish().unwrap();
    let ticket = sorted.next_ticket().unwrap().unwrap();
    assert_eq!((ticket.events.len(), sorted.rows()), (10_000, 10_000));
    assert_eq!(ticket.events.last().unwrap().event.at, 9_999_000_000);
    assert!(sorted.next_ticket().unwrap().is_none());
    let (count, kept) = sorted.into_rejects().unwrap();
    assert_eq!((count, kept.len()), (1_500, 1_000));
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), 1_500);
    assert!(text.starts_with(r#"{"line":10002,"reason":"ticket `t` has more than 10000 rows"}"#));
}

proptest! {
    /// However often runs are written and merged, and wherever chunks end, the tickets are those of one run.
    #[test]
    fn the_sort_is_the_same_with_any_size_of_runs_and_chunks(
        rows in prop::collection::vec((0u32..200, 0u32..50), 0..400), run_bytes in 1usize..4_096, chunk in 1usize..300,
    ) {
        let mut file = "ticket,time,kind\n".to_owned();
        for (ticket, second) in &rows {
            file.push_str(&format!("{ticket},2024-05-01T10:00:{second:02}Z,message\n"));
        }
        let whole = canonical(&file);
        let (tickets, rejects) = read_with(run_bytes, chunk, &Mapping::default(), file.as_bytes()).unwrap();
        prop_assert_eq!(&tickets, &whole.0);
        prop_assert_eq!(rejects, vec![]);
        let order = |ticket: &SourceTicket| (ticket.external_id.len(), ticket.external_id.clone());
        prop_assert!(tickets.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
        let events: usize = tickets.iter().map(|ticket| ticket.events.len()).sum();
        prop_assert_eq!(events, rows.len());
    }

    /// Whatever the bytes, there is an answer, and every line is either a row or a reject.
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), chunk in 1usize..64, json: bool) {
        let mut file = if json { b"{\"ticket\":1,\"time\":\"2024-05-01\"}\n".to_vec() } else { b"ticket,time,kind,tags,version\n".to_vec() };
        file.extend_from_slice(&bytes);
        read_with(512, chunk, &Mapping::default(), &file).unwrap();
    }

    /// Chunks may end anywhere: between CR and LF, inside a quotation, inside a character.
    #[test]
    fn chunks_do_not_matter(text in "[a1,\"\r\n é{}:]{0,300}", chunk in 1usize..9) {
        let file = format!("ticket,time\n{text}");
        let whole = canonical(&file);
        let parts = read_with(512, chunk, &Mapping::default(), file.as_bytes()).unwrap();
        prop_assert_eq!(parts, whole);
    }
}
