"""The made-up rule of crates/policy/tests/chain in OpenFisca-core, over the people of a csv file.

Prints: run (seconds of the fastest `calculate`), whole (seconds with the reading of the csv by numpy), situation (seconds
with the reading of the first MANY people from the JSON of a situation, OpenFisca's own form), people, sum, check.
"""

import json
import sys
import time

import numpy
from openfisca_core import entities, periods, taxbenefitsystems, variables
from openfisca_core.simulation_builder import SimulationBuilder

RUNS = 7
PERIOD = "2026-11"

person = entities.SingleEntity("person", "persons", "A person", "")


def fact(name):
    return type(
        name,
        (variables.Variable,),
        {"value_type": int, "entity": person, "definition_period": periods.DateUnit.MONTH, "label": name},
    )


def share(amount, basis_points):
    return (amount * basis_points + 5_000) // 10_000


class care_allowance(variables.Variable):
    value_type = int
    entity = person
    definition_period = periods.DateUnit.MONTH
    label = "care allowance in fen"

    def formula(people, period):
        age = people("age", period)
        base = numpy.array([0, 5_000, 10_000, 20_000, 50_000, 100_000])[
            numpy.searchsorted([60, 70, 80, 90, 100], age, side="right")
        ]
        cap = numpy.array([0, 30_000, 80_000, 150_000, 200_000, 300_000])[people("level", period)]
        rates = numpy.array([5_000, 5_500, 6_125, 6_500, 9_000, 7_250, 7_777, 10_000])
        rate = rates[people("district", period)]
        part = numpy.array([10_000, 8_000, 5_000, 2_500, 0])[
            numpy.searchsorted([80_000, 150_000, 300_000, 600_000], people("income_fen", period), side="right")
        ]
        # OpenFisca keeps whole numbers in 32 bits; the products need 64.
        care = share(numpy.minimum(people("care_cost_fen", period).astype(numpy.int64), cap), rate)
        return numpy.minimum(share(base + care, part), 200_000)


NAMES = ["age", "level", "district", "income_fen", "care_cost_fen"]


def situation(system, table):
    """Seconds from the text of a situation to the amounts."""
    columns = list(zip(NAMES, table.T.tolist()))
    persons = {
        f"p{row}": {name: {PERIOD: column[row]} for name, column in columns} for row in range(len(table))
    }
    text = json.dumps({"persons": persons})
    begin = time.perf_counter()
    simulation = SimulationBuilder().build_from_dict(system, json.loads(text))
    simulation.calculate("care_allowance", PERIOD)
    return time.perf_counter() - begin


def main(path, many):
    system = taxbenefitsystems.TaxBenefitSystem([person])
    for name in NAMES:
        system.add_variable(fact(name))
    system.add_variable(care_allowance)

    begin = time.perf_counter()
    table = numpy.loadtxt(path, delimiter=",", dtype=numpy.int32, skiprows=1)
    simulation = SimulationBuilder().build_default_simulation(system, count=len(table))
    for place, name in enumerate(NAMES):
        simulation.set_input(name, PERIOD, numpy.ascontiguousarray(table[:, place]))
    amounts = simulation.calculate("care_allowance", PERIOD)
    whole = time.perf_counter() - begin

    best = float("inf")
    for _ in range(RUNS):
        simulation.delete_arrays("care_allowance")
        begin = time.perf_counter()
        amounts = simulation.calculate("care_allowance", PERIOD)
        best = min(best, time.perf_counter() - begin)
    amounts = amounts.astype(numpy.int64)
    weights = numpy.arange(len(amounts), dtype=numpy.int64) % 97 + 1
    print(f"situation {situation(system, table[:many]):.6f}")
    print(f"run {best:.6f}\nwhole {whole:.6f}\npeople {len(amounts)}")
    print(f"sum {amounts.sum()}\ncheck {(amounts * weights).sum()}")


main(sys.argv[1], int(sys.argv[2]))
