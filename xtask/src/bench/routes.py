"""PyVRP on the benchmark of Solomon, as crates/routing/examples/solomon.rs runs ours.

routes.py FOLDER SECONDS CORES fewer|shorter NAME…: prints a line for each instance: name, vehicles, distance. As many searches
side by side as there are cores, with seeds of their own; the best counts. `fewer`: fewer vehicles come before less
distance, by a fixed cost of a vehicle above any distance, or by PyVRP's own `minimise_fleet` and then the distance,
whichever does better.
"""

import math
import multiprocessing
import pathlib
import sys

from pyvrp import Model, minimise_fleet, solve
from pyvrp.stop import MaxRuntime

# Distances count with four decimals.
TICKS = 10_000
# A vehicle weighs more than all ways.
VEHICLE = 10_000 * TICKS


def read(folder, name):
    family, kind = name.rstrip("0123456789"), name[len(name.rstrip("0123456789"))]
    text = (pathlib.Path(folder) / family / kind / f"{name}.txt").read_text()
    rows = []
    for line in text.splitlines():
        try:
            rows.append([float(word) for word in line.split()])
        except ValueError:
            continue
    fleet = next(row for row in rows if len(row) == 2)
    return fleet, [row for row in rows if len(row) == 7]


def ticks(value):
    return round(value * TICKS)


def model(fleet, customers, fixed):
    problem = Model()
    places = [problem.add_location(ticks(row[1]), ticks(row[2])) for row in customers]
    depot = problem.add_depot(places[0])
    for row, place in zip(customers[1:], places[1:]):
        problem.add_client(
            place,
            delivery=int(row[3]),
            tw_early=ticks(row[4]),
            tw_late=ticks(row[5]),
            service_duration=ticks(row[6]),
        )
    problem.add_vehicle_type(
        int(fleet[0]),
        capacity=int(fleet[1]),
        start_depot=depot,
        end_depot=depot,
        fixed_cost=fixed,
        tw_early=ticks(customers[0][4]),
        tw_late=ticks(customers[0][5]),
    )
    for one, a in zip(customers, places):
        for two, b in zip(customers, places):
            length = ticks(math.hypot(one[1] - two[1], one[2] - two[2]))
            problem.add_edge(a, b, distance=length, duration=length)
    return problem.data()


def fewest(data, seconds, seed):
    fleet = minimise_fleet(data, MaxRuntime(seconds * 0.4), seed=seed)
    return solve(data.replace(vehicle_types=[fleet]), MaxRuntime(seconds * 0.6), seed=seed, collect_stats=False)


def one(job):
    folder, name, seconds, mode, seed = job
    fleet, customers = read(folder, name)
    if mode == "fewer" and seed % 2 == 1:
        found = fewest(model(fleet, customers, 0), seconds, seed)
    else:
        data = model(fleet, customers, VEHICLE if mode == "fewer" else 0)
        found = solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False)
    best = found.best
    if not best.is_feasible():
        return math.inf, math.inf, 0
    vehicles = best.num_routes()
    return (vehicles if mode == "fewer" else 0), best.distance() / TICKS, vehicles


def main(folder, seconds, cores, mode, *names):
    with multiprocessing.Pool(int(cores)) as pool:
        for name in names:
            jobs = [(folder, name, float(seconds), mode, seed) for seed in range(int(cores))]
            found = min(pool.map(one, jobs, chunksize=1))
            if found[0] == math.inf:
                print(f"{name} 0 0", flush=True)
            else:
                print(f"{name} {found[2]} {found[1]:.2f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
