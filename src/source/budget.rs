//! Divides a budget of bytes among owners, so that none can leave the files of another unread.

/// Whether each part, given by its owner and its bytes, is within a budget of bytes for all parts together.
///
/// Every owner gets the same share, and what one does not need is divided among the others. Of an owner whose parts exceed
/// its share, the largest are beyond the budget.
pub(crate) fn within_budget(parts: &[(&str, u64)], budget: u64) -> Vec<bool> {
    let total = parts.iter().fold(0, |sum: u64, (_, bytes)| sum.saturating_add(*bytes));
    if total <= budget {
        return vec![true; parts.len()];
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_unstable_by_key(|index| (parts[*index], *index));
    // For each part, the bytes of its owner's parts up to it.
    let mut needed = vec![0_u64; parts.len()];
    let mut last: Option<usize> = None;
    for index in &order {
        let before = last.filter(|last| parts[*last].0 == parts[*index].0).map_or(0, |last| needed[last]);
        needed[*index] = before.saturating_add(parts[*index].1);
        last = Some(*index);
    }
    order.sort_by_key(|index| needed[*index]);
    let mut within = vec![false; parts.len()];
    let mut left = budget;
    for index in order {
        if let Some(rest) = left.checked_sub(parts[index].1) {
            left = rest;
            within[index] = true;
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use super::within_budget;

    #[test]
    fn the_largest_parts_are_beyond_a_budget() {
        assert_eq!(within_budget(&[("a", 8), ("b", 0), ("c", 8), ("d", 9)], 16), [true, true, true, false]);
        assert_eq!(within_budget(&[("a", u64::MAX), ("b", 2), ("c", u64::MAX)], 16), [false, true, false]);
        assert_eq!(within_budget(&[("a", 9), ("b", 7)], 16), [true, true]);
        assert_eq!(within_budget(&[], 0), [] as [bool; 0]);
    }

    #[test]
    fn many_small_parts_of_an_owner_leave_others_their_share() {
        let mut parts = vec![("many", 1); 100];
        parts.extend([("one", 50), ("two", 5)]);
        let read = |budget| {
            let within = within_budget(&parts, budget);
            let many = within[..100].iter().filter(|within| **within).count();
            (many, within[100], within[101])
        };
        // What an owner does not need is left to the others.
        assert_eq!(read(110), (55, true, true));
        assert_eq!(read(130), (75, true, true));
        // A third of the budget is 33, and half of what the smallest leaves is 47, which 50 exceeds.
        assert_eq!(read(100), (95, false, true));
    }
}
