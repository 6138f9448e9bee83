//! Pairing homes with medical institutions by nearness: an assignment of least total distance, where each medical institution
//! takes so many homes at most. Pure.

/// Mean radius of the earth in metres (IUGG).
const EARTH: f64 = 6_371_008.8;

/// Metres between two places as the crow flies; places are longitude and latitude in degrees.
#[must_use]
pub fn metres(one: (f64, f64), other: (f64, f64)) -> i64 {
    let (lat, lat2) = (one.1.to_radians(), other.1.to_radians());
    let (d_lat, d_lon) = (lat2 - lat, (other.0 - one.0).to_radians());
    let a = (d_lat / 2.0).sin().powi(2) + lat.cos() * lat2.cos() * (d_lon / 2.0).sin().powi(2);
    (2.0 * EARTH * a.sqrt().min(1.0).asin()).round() as i64
}

/// Which column each row gets, so that as many rows as possible get one and the sum of the costs is least among those ways.
/// `costs[row][column]` is none where the two must not be paired; `capacity[column]` is how many rows it takes.
///
/// Each row in turn looks for the cheapest way to a free place, along which others may move on (successive shortest paths;
/// Bellman and Ford, for ways of moving others on may save). Rows × (rows × columns) steps per round at most: a county of some
/// hundreds is done at once.
#[must_use]
pub fn assign(costs: &[Vec<Option<i64>>], capacity: &[usize]) -> Vec<Option<usize>> {
    let mut given: Vec<Option<usize>> = vec![None; costs.len()];
    let mut left: Vec<usize> = capacity.to_vec();
    // One more row each time, over the cheapest way of any row that still waits: so the sum is least for each number of rows.
    while let Some((path, end)) = cheapest(costs, &given, &left) {
        left[end] -= 1;
        for (row, column) in path {
            given[row] = Some(column);
        }
    }
    given
}

/// Rows with the column that they move to.
type Path = Vec<(usize, usize)>;

/// The cheapest way from any waiting row to a column with room: who moves where, and the column that fills.
fn cheapest(costs: &[Vec<Option<i64>>], given: &[Option<usize>], left: &[usize]) -> Option<(Path, usize)> {
    let columns = left.len();
    let mut best: Vec<Option<i64>> = vec![None; columns];
    let mut by: Vec<usize> = vec![usize::MAX; columns];
    for (row, at) in given.iter().enumerate() {
        if at.is_none() {
            relax(&costs[row], 0, row, (&mut best, &mut by));
        }
    }
    // A way goes through each column once at most.
    for _ in 0..columns {
        let before = best.clone();
        for (row, at) in given.iter().enumerate() {
            let Some(here) = at else { continue };
            let (Some(reached), Some(now)) = (best[*here], costs[row][*here]) else { continue };
            relax(&costs[row], reached - now, row, (&mut best, &mut by));
        }
        if before == best {
            break;
        }
    }
    let end = (0..columns).filter(|c| left[*c] > 0 && best[*c].is_some()).min_by_key(|c| best[*c])?;
    let (mut path, mut column) = (vec![], end);
    loop {
        let row = by[column];
        path.push((row, column));
        match given[row] {
            Some(from) => column = from,
            None => return Some((path, end)),
        }
    }
}

fn relax(costs: &[Option<i64>], reached: i64, row: usize, (best, by): (&mut [Option<i64>], &mut [usize])) {
    for (column, cost) in costs.iter().enumerate() {
        let Some(cost) = cost else { continue };
        if best[column].is_none_or(|known| reached + cost < known) {
            (best[column], by[column]) = (Some(reached + cost), row);
        }
    }
}

/// Sum of the costs of an assignment.
#[must_use]
pub fn total(costs: &[Vec<Option<i64>>], given: &[Option<usize>]) -> i64 {
    given.iter().enumerate().filter_map(|(row, column)| column.and_then(|column| costs[row][column])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Chance;
    use kernel::chance::Seeded;

    fn draw(chance: &Seeded, below: u64) -> u64 {
        let mut bytes = [0; 8];
        chance.fill(&mut bytes);
        u64::from_le_bytes(bytes) % below
    }

    /// Every way there is: how many rows get a column, and the least sum among the ways with the most.
    fn brute(costs: &[Vec<Option<i64>>], left: &mut [usize], row: usize) -> (usize, i64) {
        if row == costs.len() {
            return (0, 0);
        }
        let mut best = brute(costs, left, row + 1);
        for column in 0..left.len() {
            let Some(cost) = costs[row][column].filter(|_| left[column] > 0) else { continue };
            left[column] -= 1;
            let (rows, sum) = brute(costs, left, row + 1);
            left[column] += 1;
            if rows + 1 > best.0 || (rows + 1 == best.0 && sum + cost < best.1) {
                best = (rows + 1, sum + cost);
            }
        }
        best
    }

    #[test]
    fn it_is_as_good_as_trying_every_way() {
        let chance = Seeded::new(42);
        for round in 0..400 {
            let (rows, columns) = (1 + draw(&chance, 6) as usize, 1 + draw(&chance, 4) as usize);
            let cell = |_| (draw(&chance, 5) > 0).then(|| draw(&chance, 30) as i64);
            let costs: Vec<Vec<Option<i64>>> = (0..rows).map(|_| (0..columns).map(cell).collect()).collect();
            let mut capacity: Vec<usize> = (0..columns).map(|_| draw(&chance, 4) as usize).collect();
            let given = assign(&costs, &capacity);
            for (column, most) in capacity.iter().enumerate() {
                assert!(given.iter().filter(|g| **g == Some(column)).count() <= *most, "round {round}");
            }
            assert!(given.iter().enumerate().all(|(row, at)| at.is_none_or(|at| costs[row][at].is_some())));
            let ours = (given.iter().flatten().count(), total(&costs, &given));
            assert_eq!(ours, brute(&costs, &mut capacity, 0), "round {round}: {costs:?}");
        }
    }

    #[test]
    fn the_nearer_one_moves_on_when_that_saves_more() {
        // The first home is nearest to the only place of column 0, but the second has nowhere else so near.
        let costs = vec![vec![Some(1), Some(2)], vec![Some(2), Some(50)]];
        assert_eq!(assign(&costs, &[1, 1]), [Some(1), Some(0)]);
        assert_eq!(assign(&costs, &[2, 0]), [Some(0), Some(0)]);
        assert_eq!(assign(&costs, &[1, 0]), [Some(0), None], "the cheaper of the two, when there is one place");
        assert_eq!(assign(&[], &[1]), Vec::<Option<usize>>::new());
    }

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        assert_eq!(metres((121.0, 32.0), (121.0, 33.0)), 111_195);
        assert_eq!(metres((121.0, 32.0), (121.0, 32.0)), 0);
        assert!((94_000..95_000).contains(&metres((121.0, 32.0), (122.0, 32.0))));
    }
}
