//! Why two figures of one ticket differ: at a glance where the figures say so, else by the ticket's history.

use chrono::{DateTime, TimeDelta, Utc};

use super::types::DriftCause::{self, *};
use super::types::DriftMetric::{self, FirstResponseTime, FullResolutionTime, Reopens};
use crate::connections::{SourceFigures, Vendor};
use crate::kpis::Exclusion;
use crate::tickets::{ActorKind, Effect, History, StatusCategory, TicketId};

/// What there is to know of the source of tickets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    /// What its vendor says of its figures; nothing where it has none.
    pub(super) figures: Option<&'static SourceFigures>,
    /// What it has from before is not read.
    pub(super) sync_from: Option<DateTime<Utc>>,
    /// Up to when all of it has been read.
    pub(super) reached_at: Option<DateTime<Utc>>,
}

/// Two figures of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) metric: DriftMetric,
    pub(super) ticket: TicketId,
    pub(super) created_at: DateTime<Utc>,
    /// Where it counts.
    pub(super) ours: Option<i64>,
    pub(super) exclusion: Option<Exclusion>,
    pub(super) source: Option<i64>,
    /// What the source calls the version of the ticket that its figure is of.
    pub(super) version: Option<i64>,
    /// Whether ours has yet to be counted in the history.
    pub(super) is_uncounted: bool,
}

/// What figures say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glance {
    /// There is nothing to explain.
    Same,
    /// Why they differ.
    Because(DriftCause),
    /// Only the history tells.
    Unclear,
}

impl Source {
    pub(super) fn of(system: &str) -> Self {
        let vendor = Vendor::from_word(system);
        let figures = vendor.map(|vendor| vendor.descriptor().figures);
        Self { figures, sync_from: None, reached_at: None }
    }

    /// What the vendor says that its figure is; nothing where it has none.
    pub(super) fn definition(&self, metric: DriftMetric) -> Option<&'static str> {
        let SourceFigures { first_response, full_resolution, reopens, .. } = self.figures?;
        match metric {
            FirstResponseTime => *first_response,
            FullResolutionTime => *full_resolution,
            Reopens => *reopens,
        }
    }

    pub(super) fn tolerance(&self, metric: DriftMetric) -> i64 {
        match metric {
            FirstResponseTime | FullResolutionTime => {
                self.figures.map_or(0, |figures| figures.rounds_to_seconds)
            }
            Reopens => 0,
        }
    }

    /// As of when the source's figure is.
    fn as_of(&self, version: Option<i64>) -> Option<DateTime<Utc>> {
        let per_second = self.figures?.versions_per_second;
        DateTime::from_timestamp(version?.div_euclid(per_second), 0)
    }

    fn counts_from_customer(&self) -> bool {
        self.figures.is_some_and(|figures| figures.counts_from_customer)
    }

    /// Whether the source does not count what happened at this instant, because the customer had yet to write.
    fn is_before_customer(&self, history: &History, at: DateTime<Utc>) -> bool {
        let wrote = || said(history, &[ActorKind::Customer], |_| true);
        self.counts_from_customer() && wrote().is_none_or(|wrote| at < wrote)
    }

    /// Whether events may be missing that the source's figure knows of.
    fn is_partial(&self, pair: &Pair) -> bool {
        let is_older = self.sync_from.is_some_and(|from| pair.created_at < from);
        let is_read =
            self.reached_at.zip(self.as_of(pair.version)).is_some_and(|(to, of)| of <= to);
        is_older || !is_read
    }
}

impl Pair {
    /// What the figures say by themselves.
    pub(super) fn at_a_glance(&self, source: &Source) -> Glance {
        match (self.ours, self.source) {
            _ if self.is_uncounted => Glance::Unclear,
            (None, None) => Glance::Same,
            (Some(_), None) if source.definition(self.metric).is_none() => {
                Glance::Because(NoSourceMetric)
            }
            (Some(_), None) if self.version.is_none() => Glance::Because(SourceOutdated),
            (Some(_), None) => Glance::Unclear,
            (None, Some(_)) => self.excluded().map_or(Glance::Unclear, Glance::Because),
            (Some(ours), Some(theirs)) if ours == theirs => Glance::Same,
            (Some(ours), Some(theirs)) => {
                match (ours - theirs).abs() <= source.tolerance(self.metric) {
                    true => Glance::Because(Rounding),
                    false => Glance::Unclear,
                }
            }
        }
    }

    fn excluded(&self) -> Option<DriftCause> {
        Some(match self.exclusion? {
            Exclusion::Spam => Spam,
            Exclusion::Merged => Merged,
            Exclusion::Deleted => Deleted,
            Exclusion::Test => Test,
            Exclusion::InitiatedByAgent => InitiatedByAgent,
            Exclusion::InitiatedBySystem => InitiatedBySystem,
            Exclusion::ClosedWithoutSolve => ClosedWithoutSolve,
            Exclusion::NoResponse => return None,
        })
    }

    /// Counts ours where it had yet to be counted.
    pub(super) fn count(&mut self, history: &History) {
        if self.is_uncounted {
            self.ours = Some(reopenings(history).count() as i64);
            self.is_uncounted = false;
        }
    }

    /// Why figures differ that do not say so themselves.
    pub(super) fn in_history(&self, source: &Source, history: &History) -> DriftCause {
        let cause = match self.metric {
            FirstResponseTime => self.first_response(source, history),
            FullResolutionTime => self.full_resolution(source, history),
            Reopens => self.reopens(source, history),
        };
        if cause == Unknown && source.is_partial(self) { HistoryIncomplete } else { cause }
    }

    fn first_response(&self, source: &Source, history: &History) -> DriftCause {
        let first = said(history, &[ActorKind::Human], |_| true);
        let is_opening = first.is_some_and(|at| at <= self.created_at);
        let Some(told) = self.told() else {
            return match first {
                _ if is_opening => AnsweredAtCreation,
                Some(at) if self.is_later(source, at) => SourceOutdated,
                _ => Unknown,
            };
        };
        let near = |at| self.is_near(source, told, at);
        if said(history, &[ActorKind::Human], near).is_some() {
            return match first {
                Some(at) if near(at) => ClockStart,
                _ if is_opening => AnsweredAtCreation,
                _ => Unknown,
            };
        }
        let programs = [ActorKind::Bot, ActorKind::Automation, ActorKind::System];
        match () {
            () if said(history, &programs, near).is_some() => AutomatedReply,
            () if said(history, &[ActorKind::Customer], near).is_some() => ReplierUnknown,
            () => HistoryIncomplete,
        }
    }

    fn full_resolution(&self, source: &Source, history: &History) -> DriftCause {
        let ours = self.ours.map(|seconds| self.created_at + TimeDelta::seconds(seconds));
        if self.source.is_none() && ours.is_some_and(|at| source.is_before_customer(history, at)) {
            return BeforeCustomerWrote;
        }
        let is_open = statuses(history).last().is_none_or(|change| change.after.is_open());
        let (ours, told) = match (ours, self.told()) {
            (None, None) => return Unknown,
            (Some(ours), None) if self.is_later(source, ours) => return SourceOutdated,
            (Some(_), None) => return if is_open { ReopenedSince } else { Unknown },
            (ours, Some(told)) => (ours, told),
        };
        let mut near = statuses(history).filter(|it| self.is_near(source, told, it.at));
        let Some(ended) = near.find(|change| !change.after.is_open()) else {
            return HistoryIncomplete;
        };
        let Some(ours) = ours else { return Unknown };
        let is_between = |at: DateTime<Utc>| ended.at < at && at <= ours;
        match () {
            () if ours < told && ended.after == StatusCategory::Closed => ClosedWithoutSolve,
            () if ours < told => Unknown,
            () if !reopenings(history).any(is_between) => SolvedAgain,
            () if self.is_later(source, ours) => SourceOutdated,
            () => Unknown,
        }
    }

    fn reopens(&self, source: &Source, history: &History) -> DriftCause {
        let first = reopenings(history).next().or(history.events.last().map(|event| event.at));
        let is_before = |at| source.is_before_customer(history, at);
        let counted = reopenings(history).filter(|at| !is_before(*at)).count() as i64;
        if first.is_some_and(is_before) && self.source.unwrap_or_default() == counted {
            return BeforeCustomerWrote;
        }
        let last = reopenings(history).last();
        match last {
            Some(at) if self.ours > self.source && self.is_later(source, at) => SourceOutdated,
            _ => Unknown,
        }
    }

    /// The instant that the source's figure leads to.
    fn told(&self) -> Option<DateTime<Utc>> {
        Some(self.created_at + TimeDelta::try_seconds(self.source?)?)
    }

    fn is_near(&self, source: &Source, told: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        (at - told).abs() <= TimeDelta::seconds(source.tolerance(self.metric))
    }

    /// Whether the source's figure is older than what happened at this instant.
    fn is_later(&self, source: &Source, at: DateTime<Utc>) -> bool {
        // Versions are whole seconds.
        source.as_of(self.version).is_none_or(|of| of.timestamp() < at.timestamp())
    }
}

/// When one of these first said something to the other side, of the times that count.
fn said(
    history: &History,
    kinds: &[ActorKind],
    counts: impl Fn(DateTime<Utc>) -> bool,
) -> Option<DateTime<Utc>> {
    let public = Effect::Message { public: true };
    let mut events = history.events.iter();
    let said = events.find(|event| {
        kinds.contains(&event.actor_kind) && event.effects.contains(&public) && counts(event.at)
    });
    said.map(|event| event.at)
}

/// A status that was said.
#[derive(Clone, Copy, Debug)]
struct Change {
    at: DateTime<Utc>,
    before: StatusCategory,
    after: StatusCategory,
}

/// Every status that was said, in order.
fn statuses(history: &History) -> impl Iterator<Item = Change> {
    let said = history.events.iter().flat_map(|event| {
        let effects = event.effects.iter();
        effects.filter_map(|effect| {
            if let Effect::Status(status) = effect { Some((event.at, *status)) } else { None }
        })
    });
    said.scan(StatusCategory::New, |status, (at, after)| {
        let before = std::mem::replace(status, after);
        Some(Change { at, before, after })
    })
}

/// When the ticket was opened again, as `kpis` has it.
fn reopenings(history: &History) -> impl Iterator<Item = DateTime<Utc>> {
    let changes = statuses(history);
    changes.filter(|it| !it.before.is_open() && it.after.is_open()).map(|it| it.at)
}
