//! The same numbers as columns: what a chart draws, at a fraction of the cost of an object for each point.

use std::collections::HashMap;

use super::types::{KpiAnswer, KpiLine, KpiRow, KpiSeries};

impl From<&KpiAnswer> for KpiSeries {
    /// Every line has a place for every bucket; where the answer has no row, there is nothing in it.
    fn from(answer: &KpiAnswer) -> Self {
        let mut series = Self {
            metric: answer.metric,
            definition_version: answer.definition_version,
            unit: answer.unit,
            pending: answer.pending,
            buckets: Vec::new(),
            partial: Vec::new(),
            lines: Vec::new(),
        };
        let (mut places, mut lines) = (HashMap::new(), HashMap::new());
        for row in &answer.rows {
            places.entry(row.bucket).or_insert_with(|| {
                series.buckets.push(row.bucket);
                series.partial.push(row.partial);
                series.buckets.len() - 1
            });
        }
        for row in &answer.rows {
            let key = (
                row.agent.as_ref().map(|agent| agent.id),
                row.team.as_ref().map(|team| team.id),
                row.channel,
            );
            let line = *lines.entry(key).or_insert_with(|| {
                series.lines.push(KpiLine::of(row, series.buckets.len()));
                series.lines.len() - 1
            });
            series.lines[line].set(places[&row.bucket], row);
        }
        series
    }
}

impl KpiLine {
    fn of(row: &KpiRow, buckets: usize) -> Self {
        Self {
            agent: row.agent.clone(),
            team: row.team.clone(),
            channel: row.channel,
            withheld: vec![false; buckets],
            n: vec![None; buckets],
            mean: vec![None; buckets],
            p50: vec![None; buckets],
            p90: vec![None; buckets],
            max: vec![None; buckets],
        }
    }

    fn set(&mut self, place: usize, row: &KpiRow) {
        self.withheld[place] = row.withheld;
        self.n[place] = row.n;
        self.mean[place] = row.mean;
        self.p50[place] = row.p50;
        self.p90[place] = row.p90;
        self.max[place] = row.max;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kpis::{Metric, Unit};
    use crate::tickets::Channel;

    #[test]
    fn every_row_has_its_place_and_nothing_else_is_in_a_line() {
        let day = |day: u32| chrono::NaiveDate::from_ymd_opt(2026, 1, day);
        let row = |bucket, channel, n| KpiRow {
            bucket: day(bucket),
            channel: Some(channel),
            n: Some(n),
            ..KpiRow::default()
        };
        let rows = vec![
            row(1, Channel::Chat, 3),
            row(2, Channel::Chat, 4),
            row(2, Channel::Email, 5),
            KpiRow { withheld: true, n: None, ..row(3, Channel::Email, 0) },
        ];
        let answer = KpiAnswer {
            metric: Metric::TicketsCreated,
            definition_version: 1,
            unit: Unit::Tickets,
            pending: true,
            rows,
        };
        let series = KpiSeries::from(&answer);
        assert_eq!(series.buckets, [day(1), day(2), day(3)]);
        let told: Vec<_> = series.lines.iter().map(|line| (line.channel, line.n.clone())).collect();
        assert_eq!(
            told,
            [
                (Some(Channel::Chat), vec![Some(3), Some(4), None]),
                (Some(Channel::Email), vec![None, Some(5), None]),
            ]
        );
        assert_eq!(series.lines[1].withheld, [false, false, true]);
        assert!(series.pending);
    }
}
