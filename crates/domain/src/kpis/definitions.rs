//! The published definitions, and the measures they are read from.

use super::types::{Clock, Direction, Exclusion, ExclusionRule, Metric, MetricDefinition, Unit};

/// What a stored fact is a fact of. The number names the version too: facts of a changed definition get a number of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum Measure {
    /// A ticket came into being.
    Creation = 1,
    /// A human answered for the first time.
    FirstResponse = 2,
    /// A ticket was solved for the last time.
    Resolution = 3,
    /// A ticket came back for the first time.
    Reopening = 4,
    /// A ticket was escalated for the first time.
    Escalation = 5,
    /// The backlog of somebody changed by one.
    OpenDelta = 6,
}

impl Measure {
    /// Every measure.
    pub const ALL: &[Self] = &[
        Self::Creation,
        Self::FirstResponse,
        Self::Resolution,
        Self::Reopening,
        Self::Escalation,
        Self::OpenDelta,
    ];

    /// What it is in the database.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The measure of a number of the database, if it is one of this version's.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|measure| measure.code() == code)
    }
}

/// How the values of a measure become the figures of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Only how many.
    Count,
    /// How many, and how long.
    Durations,
    /// The sum of all changes before an instant.
    Balance,
}

impl Metric {
    /// What it is read from.
    #[must_use]
    pub const fn measure(self) -> Measure {
        match self {
            Self::TicketsCreated => Measure::Creation,
            Self::FirstResponseTime => Measure::FirstResponse,
            Self::TicketsSolved | Self::FullResolutionTime => Measure::Resolution,
            Self::ReopenedTickets => Measure::Reopening,
            Self::EscalatedTickets => Measure::Escalation,
            Self::Backlog => Measure::OpenDelta,
        }
    }

    /// How it is read.
    #[must_use]
    pub const fn statistic(self) -> Statistic {
        match self {
            Self::FirstResponseTime | Self::FullResolutionTime => Statistic::Durations,
            Self::Backlog => Statistic::Balance,
            Self::TicketsCreated
            | Self::TicketsSolved
            | Self::ReopenedTickets
            | Self::EscalatedTickets => Statistic::Count,
        }
    }

    /// The definition in force.
    pub(super) const fn definition(self) -> &'static MetricDefinition {
        match self {
            Self::TicketsCreated => &TICKETS_CREATED,
            Self::TicketsSolved => &TICKETS_SOLVED,
            Self::FirstResponseTime => &FIRST_RESPONSE_TIME,
            Self::FullResolutionTime => &FULL_RESOLUTION_TIME,
            Self::ReopenedTickets => &REOPENED_TICKETS,
            Self::EscalatedTickets => &ESCALATED_TICKETS,
            Self::Backlog => &BACKLOG,
        }
    }
}

/// The definition in force of a metric, as it is published.
#[must_use]
pub const fn definition(metric: Metric) -> MetricDefinition {
    *metric.definition()
}

const fn rule(reason: Exclusion, rule: &'static str) -> ExclusionRule {
    ExclusionRule { reason, rule }
}

const SPAM: ExclusionRule =
    rule(Exclusion::Spam, "The ticket is spam now; it counts again once that is taken back.");
const MERGED: ExclusionRule = rule(
    Exclusion::Merged,
    "The ticket is merged into another now; it counts again once that is taken back.",
);
const DELETED: ExclusionRule =
    rule(Exclusion::Deleted, "The ticket is deleted now; it counts again once it is restored.");
const TEST: ExclusionRule = rule(Exclusion::Test, "The source marks the ticket as a test.");
const HIDDEN: &[ExclusionRule] = &[SPAM, MERGED, DELETED, TEST];
const UNSOLVED: &[ExclusionRule] = &[
    SPAM,
    MERGED,
    DELETED,
    TEST,
    rule(Exclusion::ClosedWithoutSolve, "The ticket was closed and never solved."),
];
const SOLVER: &str =
    "The human who set the status; where a program did, whoever had the ticket then.";

const TICKETS_CREATED: MetricDefinition = MetricDefinition {
    metric: Metric::TicketsCreated,
    version: 1,
    title: "Tickets created",
    unit: Unit::Tickets,
    direction: Direction::Neutral,
    clock: Clock::Calendar,
    counts: "Tickets that came into being.",
    dated_by: "The creation.",
    credit: "Nobody; the team of the queue the ticket was created in.",
    exclusions: HIDDEN,
};

const TICKETS_SOLVED: MetricDefinition = MetricDefinition {
    metric: Metric::TicketsSolved,
    version: 1,
    title: "Tickets solved",
    unit: Unit::Tickets,
    direction: Direction::Higher,
    clock: Clock::Calendar,
    counts: "Tickets that were ever solved. Closing without a solve is not one; a later reopening does not take it back.",
    dated_by: "The last solve.",
    credit: SOLVER,
    exclusions: UNSOLVED,
};

const FIRST_RESPONSE_TIME: MetricDefinition = MetricDefinition {
    metric: Metric::FirstResponseTime,
    version: 1,
    title: "First response time",
    unit: Unit::Seconds,
    direction: Direction::Lower,
    clock: Clock::Calendar,
    counts: "Tickets with a public message by a human. The value runs from the customer's first message to it; from the creation where there \
             is no message before it. 0 seconds count.",
    dated_by: "The creation.",
    credit: "Who wrote that message.",
    exclusions: &[
        SPAM,
        MERGED,
        DELETED,
        TEST,
        rule(Exclusion::InitiatedByAgent, "The team began the conversation."),
        rule(Exclusion::InitiatedBySystem, "A program began the conversation."),
        rule(Exclusion::NoResponse, "No human has answered in public; programs do not count."),
    ],
};

const FULL_RESOLUTION_TIME: MetricDefinition = MetricDefinition {
    metric: Metric::FullResolutionTime,
    version: 1,
    title: "Full resolution time",
    unit: Unit::Seconds,
    direction: Direction::Lower,
    clock: Clock::Calendar,
    counts: "Tickets that were ever solved. The value runs from the creation to the last solve.",
    dated_by: "The last solve.",
    credit: SOLVER,
    exclusions: UNSOLVED,
};

const REOPENED_TICKETS: MetricDefinition = MetricDefinition {
    metric: Metric::ReopenedTickets,
    version: 1,
    title: "Reopened tickets",
    unit: Unit::Tickets,
    direction: Direction::Lower,
    clock: Clock::Calendar,
    counts: "Tickets whose status left solved or closed for anything else, once each.",
    dated_by: "The first time.",
    credit: "Who had solved the ticket before; nobody where it was only closed.",
    exclusions: HIDDEN,
};

const ESCALATED_TICKETS: MetricDefinition = MetricDefinition {
    metric: Metric::EscalatedTickets,
    version: 1,
    title: "Escalated tickets",
    unit: Unit::Tickets,
    direction: Direction::Lower,
    clock: Clock::Calendar,
    counts: "Tickets that were escalated, once each.",
    dated_by: "The first time.",
    credit: "The human who escalated; nobody where a program did.",
    exclusions: HIDDEN,
};

const BACKLOG: MetricDefinition = MetricDefinition {
    metric: Metric::Backlog,
    version: 1,
    title: "Backlog",
    unit: Unit::Tickets,
    direction: Direction::Lower,
    clock: Clock::Calendar,
    counts: "Tickets that are new, open, pending or on hold at an instant: all that happened strictly before it counts. With a grain, the \
             instant is the end of each bucket.",
    dated_by: "The instant.",
    credit: "Who has the ticket at the instant.",
    exclusions: HIDDEN,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_defined_under_its_own_name() {
        for metric in Metric::ALL {
            assert_eq!(metric.definition().metric, *metric);
        }
    }

    #[test]
    fn a_measure_reads_back_from_its_number() {
        for measure in Measure::ALL {
            assert_eq!(Measure::from_code(measure.code()), Some(*measure));
        }
        assert_eq!(Measure::from_code(0), None);
    }
}
