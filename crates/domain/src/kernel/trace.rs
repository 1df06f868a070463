//! Which trace a piece of work belongs to, so that a job goes on with the trace of the request that caused it.

use std::fmt;
use std::str::FromStr;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A place in a trace, written as the header `traceparent` of W3C Trace Context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceParent(SpanContext);

impl TraceParent {
    /// Where the present work is. `None` where nobody records traces.
    #[must_use]
    pub fn current() -> Option<Self> {
        let context = Span::current().context().span().span_context().clone();
        context.is_valid().then_some(Self(context))
    }

    /// Makes a span that has not begun yet a part of this trace. Without a recorder it changes nothing.
    pub fn continue_in(&self, span: &Span) {
        let parent = Context::new().with_remote_span_context(self.0.clone());
        // It only fails for a span that is nobody's, or has begun.
        span.set_parent(parent).ok();
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = &self.0;
        let flags = context.trace_flags().to_u8();
        write!(f, "00-{}-{}-{flags:02x}", context.trace_id(), context.span_id())
    }
}

/// It is no `traceparent`.
#[derive(Debug, thiserror::Error)]
#[error("a traceparent is like 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
pub struct NoTraceParent;

impl FromStr for TraceParent {
    type Err = NoTraceParent;

    /// Of a later version than ours, what comes after the four known parts is left out, as the recommendation has it.
    fn from_str(text: &str) -> Result<Self, NoTraceParent> {
        let mut parts = text.split('-');
        let mut part = |length| parts.next().filter(|it| hexadecimal(it, length));
        let (version, trace, span, flags) = (part(2), part(32), part(16), part(2));
        let (Some(version), Some(trace), Some(span), Some(flags)) = (version, trace, span, flags)
        else {
            return Err(NoTraceParent);
        };
        if version == "ff" || version == "00" && parts.next().is_some() {
            return Err(NoTraceParent);
        }
        let (Ok(trace), Ok(span), Ok(flags)) =
            (TraceId::from_hex(trace), SpanId::from_hex(span), u8::from_str_radix(flags, 16))
        else {
            return Err(NoTraceParent);
        };
        let flags = TraceFlags::new(flags) & TraceFlags::SAMPLED;
        let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        if context.is_valid() { Ok(Self(context)) } else { Err(NoTraceParent) }
    }
}

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}
