//! How many requests are allowed.

use std::sync::Mutex;

/// So many requests in so many seconds, counted from the first one on.
#[derive(Debug)]
pub struct Window {
    limit: u32,
    seconds: i64,
    /// When the window opened, and how many requests there were since.
    used: Mutex<(i64, u32)>,
}

/// What is left of a window after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many requests are allowed.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// In how many seconds a new window opens.
    pub resets: i64,
    /// Whether this request was one too many.
    pub is_over: bool,
}

impl Window {
    /// A window that has not opened.
    #[must_use]
    pub const fn new(limit: u32, seconds: i64) -> Self {
        Self { limit, seconds, used: Mutex::new((i64::MIN / 2, 0)) }
    }

    /// Counts a request at an instant.
    pub fn count(&self, now: i64) -> Allowance {
        let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now - used.0 >= self.seconds {
            *used = (now, 0);
        }
        let is_over = used.1 >= self.limit;
        used.1 += u32::from(!is_over);
        let (limit, remaining) = (self.limit, self.limit - used.1);
        Allowance { limit, remaining, resets: used.0 + self.seconds - now, is_over }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_again_when_its_time_is_over() {
        let window = Window::new(2, 60);
        let told = [100, 110, 159, 160].map(|now| {
            let Allowance { remaining, resets, is_over, .. } = window.count(now);
            (remaining, resets, is_over)
        });
        assert_eq!(told, [(1, 60, false), (0, 50, false), (0, 1, true), (1, 60, false)]);
    }
}
