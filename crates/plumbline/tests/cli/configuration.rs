//! The configuration file, the environment and flags, and `plumbline config`.

use std::fs;

use serde_json::{Value, json};

use crate::bench::{Bench, Ended};

/// What `plumbline config` says of one key, with these variables.
#[track_caller]
fn setting(bench: &Bench, key: &str, variables: &[(&str, &str)], args: &[&str]) -> Value {
    let mut command = bench.command(["config", "--json"].iter().chain(args));
    let told = Ended::from(command.envs(variables.iter().copied()).output().unwrap()).json();
    let settings = told["settings"].as_array().unwrap();
    settings.iter().find(|it| it["key"] == key).unwrap().clone()
}

/// How a command ends that finds these variables, and perhaps the file `plumbline.toml`.
fn ended(bench: &Bench, variables: &[(&str, &str)], args: &[&str]) -> Ended {
    bench.command(args).envs(variables.iter().copied()).output().unwrap().into()
}

const FILE: &[&str] = &["config", "--config", "plumbline.toml"];

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let bench = Bench::new();
    bench.file("plumbline.toml", "# ours\nthreads = 3\njobs = 3\nconnections = 3\n");
    let variables = [("PLUMBLINE_JOBS", "5"), ("PLUMBLINE_CONNECTIONS", "5")];
    let args = ["--config", "plumbline.toml", "--connections", "7"];
    let ask = |key: &str| setting(&bench, key, &variables, &args);
    assert_eq!(
        ask("threads"),
        json!({ "key": "threads", "value": 3, "source": "file", "at": "plumbline.toml:2" })
    );
    assert_eq!(
        ask("jobs"),
        json!({ "key": "jobs", "value": 5, "source": "environment", "at": "PLUMBLINE_JOBS" })
    );
    assert_eq!(
        ask("connections"),
        json!({ "key": "connections", "value": 7, "source": "flag", "at": "--connections" })
    );
    assert_eq!(
        ask("listen"),
        json!({ "key": "listen", "value": "127.0.0.1:8080", "source": "default" })
    );
}

#[test]
fn every_kind_of_value_can_stand_in_the_file() {
    let bench = Bench::new();
    let text = "listen = '127.0.0.1:8081'\npublic_url = 'https://kpi.test/'\ngraphiql = false\nlog = 'info'\n\
                previous_public_urls = ['http://a.test', 'http://b.test']\nredis_url = 'redis://cache'\n\
                trusted_proxies = ['10.0.0.0/8', '::1']\ntenant_query_cost = 70000\n\
                egress_allow = ['zammad:3000', '[::1]:8443']\n";
    bench.file("plumbline.toml", text);
    let told = bench.run(FILE);
    for line in [
        "listen = \"127.0.0.1:8081\"",
        "public_url = \"https://kpi.test/\"",
        "graphiql = false",
        "log = \"info\"",
        "previous_public_urls = [\"http://a.test\",\"http://b.test\"]",
        "redis_url = \"redis://cache\"",
        "connections = 4",
        "introspection = true",
        "trusted_proxies = [\"10.0.0.0/8\",\"::1\"]",
        "tenant_query_cost = 70000",
        "egress_allow = [\"zammad:3000\",\"[::1]:8443\"]",
        "account_sign_ins = 10",
        "# plumbline.toml:3",
        "# default",
    ] {
        assert!(told.out.contains(line), "`{line}` is not in {}{}", told.out, told.err);
    }
    // What is shown can be read again.
    bench.file("again.toml", &told.out);
    let again = bench.run(["config", "--config", "again.toml"]);
    assert!(again.out.contains("# again.toml:"), "{}{}", again.out, again.err);
}

#[test]
fn a_file_is_read_where_it_is_named_and_nowhere_else() {
    let bench = Bench::new();
    bench.file("plumbline.toml", "threads = 3\n");
    assert_eq!(setting(&bench, "threads", &[], &[])["value"], 2);
    let named = [("PLUMBLINE_CONFIG", "plumbline.toml")];
    assert_eq!(setting(&bench, "threads", &named, &[])["value"], 3);
    // A flag names another one, and the global flag stands before the command too.
    bench.file("other.toml", "threads = 4\n");
    assert_eq!(setting(&bench, "threads", &named, &["--config", "other.toml"])["value"], 4);
    assert_eq!(bench.run(["--config", "other.toml", "config"]).exit, 0);
}

#[test]
fn a_mistake_in_the_file_is_said_with_its_line() {
    let bench = Bench::new();
    let refused = |text: &str, words: &[&str]| {
        bench.file("plumbline.toml", text);
        bench.run(FILE).failed(2, words);
    };
    refused("jobs = 1\nthread = 4", &["error: plumbline.toml:2: `thread` is no", "`threads`?"]);
    refused("[server]\nlisten = 'x'", &["plumbline.toml:1: `server` is no setting", "tables"]);
    refused("zzz = 1", &["plumbline.toml:1: `zzz` is no setting", "plumbline config"]);
    refused("master_key = 'x'", &["`master_key` is no setting", "`master_key_file`?"]);
    refused("threads = 300", &["plumbline.toml:1: `threads` is `300`", "from 1 to 256"]);
    refused("threads = 'many'", &["`threads` is `many`: it must be a whole number"]);
    refused("threads = 2.5", &["plumbline.toml:1: `threads` must be one text, number"]);
    refused("trusted_proxies = ['here']", &["`trusted_proxies` is `here`", "like 10.0.0.0/8"]);
    refused(
        "egress_allow = ['zammad']",
        &["`egress_allow` is `zammad`", "like helpdesk.example.com:8"],
    );
    refused(
        "egress_allow = ['a:1', 'https://b:2']",
        &["`a:1, https://b:2`", "a host and its port"],
    );
    refused("tenant_requests = 0", &["`tenant_requests` is `0`", "from 1 to 10000000"]);
    refused("statement_seconds = 16", &["`statement_seconds` is `16`", "from 1 to 15"]);
    refused("listen = 'here'", &["`listen` is `here`", "like 127.0.0.1:8080"]);
    refused("public_url = 'kpi.test'", &["`public_url` is `kpi.test`", "https://"]);
    refused("previous_public_urls = [1, []]", &["`previous_public_urls` must be a list of texts"]);
    refused("graphiql = 'no'", &["`graphiql` is `no`: it must be true or false"]);
    refused("log = 'a=b=c'", &["`log` is `a=b=c`", "like `info`"]);
    refused("listen = ''", &["`listen` is empty; leave the line out"]);
    refused("jobs = 1\njobs 2", &["error: plumbline.toml:2: this is not TOML"]);
    refused("jobs = 1\njobs = 2", &["error: plumbline.toml:2: this is not TOML"]);
    refused(
        "data_dir = 'a'\ndatabase_url = 'postgres://b'",
        &["plumbline.toml:1: `data_dir` and plumbline.toml:2: `database_url` are both given"],
    );
    fs::remove_file(bench.path("plumbline.toml")).unwrap();
    bench
        .run(FILE)
        .failed(2, &["error: --config: the configuration cannot be read from plumbline"]);
    let json = bench.run(FILE.iter().chain(&["--json"]));
    json.failed(2, &["{\"error\":{\"code\":\"configuration\",\"message\":\"--config: "]);
}

#[test]
fn a_mistake_in_the_environment_is_said_with_its_name() {
    let bench = Bench::new();
    let refused = |variables: &[(&str, &str)], words: &[&str]| {
        // Every command looks.
        ended(&bench, variables, &["tenant", "list"]).failed(2, words);
    };
    refused(&[("PLUMBLINE_THREAD", "4")], &["PLUMBLINE_THREAD is no", "mean PLUMBLINE_THREADS?"]);
    refused(&[("PLUMBLINE_threads", "4")], &["PLUMBLINE_threads is no", "PLUMBLINE_THREADS?"]);
    refused(&[("PLUMBLINE_PORT", "80")], &["PLUMBLINE_PORT is no setting"]);
    refused(&[("PLUMBLINE_ZZZ", "4")], &["PLUMBLINE_ZZZ is no setting", "serve --help"]);
    refused(&[("PLUMBLINE_THREADS", "0")], &["PLUMBLINE_THREADS is `0`: it must be a whole"]);
    refused(&[("PLUMBLINE_CONFIG", "no")], &["PLUMBLINE_CONFIG: the configuration cannot be read"]);
    refused(
        &[("PLUMBLINE_MASTER_KEY", "a"), ("PLUMBLINE_MASTER_KEY_FILE", "b")],
        &["PLUMBLINE_MASTER_KEY and PLUMBLINE_MASTER_KEY_FILE are both given"],
    );
    let secret = ended(&bench, &[("PLUMBLINE_DATABASE_URL", "my://a:hunter2@b")], &["config"]);
    secret.failed(2, &["PLUMBLINE_DATABASE_URL is not right: it must begin with postgres://"]);
    assert!(!secret.err.contains("hunter2"), "{}", secret.err);
}

#[test]
fn variables_that_are_empty_or_of_others_do_not_count() {
    let bench = Bench::new();
    let variables = [
        ("PLUMBLINE_THREADS", ""),
        ("PLUMBLINE_NONSENSE", ""),
        ("PLUMBLINE_TEST_ANYTHING", "1"),
        ("PLUMBLINE_RUNTIME_PASSWORD", "1"),
        ("PLUMBLINE_BIN", "1"),
        // What Kubernetes sets beside a service that is called plumbline.
        ("PLUMBLINE_SERVICE_HOST", "10.0.0.1"),
        ("PLUMBLINE_PORT", "tcp://10.0.0.1:80"),
        ("PLUMBLINE_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("PLUMBLINE_API_SERVICE_PORT_HTTP", "80"),
    ];
    let threads = setting(&bench, "threads", &variables, &[]);
    assert_eq!(threads, json!({ "key": "threads", "value": 2, "source": "default" }));
}

#[test]
fn a_secret_can_be_in_a_file_of_its_own() {
    let bench = Bench::new();
    bench.file("url", "postgres://runtime:hunter2@nowhere.test/plumbline\n");
    bench.file("plumbline.toml", "redis_url_file = 'redis'\ndata_dir = 'data'\n");
    bench.file("redis", "redis://:hunter2@cache\r\n");
    let variables = [("PLUMBLINE_DATABASE_URL_FILE", "url")];
    let told = ended(&bench, &variables, FILE);
    for words in [
        "database_url = \"postgres://runtime:***@nowhere.test/plumbline\"",
        "# PLUMBLINE_DATABASE_URL_FILE",
        "redis_url = \"redis://:***@cache\"",
        // The server overrides the folder of the file, although it is another key.
        "# data_dir =",
        "connections = 10",
    ] {
        assert!(told.out.contains(words), "`{words}` is not in {}{}", told.out, told.err);
    }
    assert!(!told.out.contains("hunter2"), "{}", told.out);
    let refused = |variables: &[(&str, &str)], words: &[&str]| {
        ended(&bench, variables, &["config"]).failed(2, words);
    };
    refused(
        &[("PLUMBLINE_REDIS_URL", "redis://a"), ("PLUMBLINE_REDIS_URL_FILE", "redis")],
        &["PLUMBLINE_REDIS_URL and PLUMBLINE_REDIS_URL_FILE are both given"],
    );
    refused(
        &[("PLUMBLINE_REDIS_URL_FILE", "nothing")],
        &["PLUMBLINE_REDIS_URL_FILE: the secret cannot be read from nothing: No such file"],
    );
    bench.file("empty", "\n");
    refused(
        &[("PLUMBLINE_REDIS_URL_FILE", "empty")],
        &["PLUMBLINE_REDIS_URL_FILE: empty is empty; it must hold the redis_url"],
    );
}

#[test]
fn whoever_says_where_the_data_is_overrides_what_was_said_before() {
    let bench = Bench::new();
    bench.file("plumbline.toml", "database_url = 'postgres://nowhere.test/plumbline'\n");
    // The bench's own PLUMBLINE_DATA_DIR goes before the file, and a flag before both.
    let told = bench.run(FILE);
    assert!(told.out.contains("# database_url ="), "{}", told.out);
    let server = bench.run(FILE.iter().chain(&["--database-url", "postgres://other.test/a"]));
    assert!(server.out.contains("# data_dir ="), "{}", server.out);
    let mut command = bench.command(FILE.iter().chain(&["--data-dir", "here"]));
    let folder = Ended::from(command.env_remove("PLUMBLINE_DATA_DIR").output().unwrap());
    assert!(folder.out.contains("data_dir = \"here\""), "{}", folder.out);
    assert!(folder.out.contains("# database_url ="), "{}", folder.out);
    // Also for a command within a command.
    let elsewhere = ["tenant", "list", "--database-url", "postgres://127.0.0.1:9/a"];
    bench.run(elsewhere).failed(1, &["on PostgreSQL the master key must be given"]);
    let server = [("PLUMBLINE_DATABASE_URL", "postgres://127.0.0.1:9/a")];
    let here = ended(&bench, &server, &["tenant", "list", "--json", "--data-dir", "here"]);
    assert_eq!(here.json(), json!([]));
    // In the environment the server goes before the folder.
    let both = [("PLUMBLINE_DATABASE_URL", "postgres://other.test/a")];
    assert_eq!(setting(&bench, "data_dir", &both, &[])["value"], Value::Null);
}

#[test]
fn the_master_key_is_never_shown() {
    let bench = Bench::new();
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    bench.file("plumbline.toml", "master_key_file = 'key'\n");
    let told = ended(&bench, &[("PLUMBLINE_MASTER_KEY", key)], FILE);
    assert!(told.out.contains("master_key = \"***\""), "{}{}", told.out, told.err);
    assert!(told.out.contains("# master_key_file ="), "{}", told.out);
    assert!(!told.out.contains(key), "{}", told.out);
}

#[test]
fn help_is_there_whatever_the_configuration_says() {
    let bench = Bench::new();
    let broken = [("PLUMBLINE_CONFIG", "nothing.toml"), ("PLUMBLINE_THREAD", "1")];
    let help = ended(&bench, &broken, &["serve", "--help"]);
    assert_eq!(help.exit, 0, "{}", help.err);
    let help = help.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["[env: PLUMBLINE_OPS_LISTEN]", "[default: 2]", "--config <FILE>"] {
        assert!(help.contains(words), "{help}");
    }
    let flag = bench.run(["serve", "--threads", "300"]);
    assert_eq!(flag.exit, 2);
    assert!(flag.err.contains("it must be a whole number from 1 to 256"), "{}", flag.err);
}
