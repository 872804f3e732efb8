#!/usr/bin/env python3
"""Checks a published satisfaction survey, without trusting whoever published it.

It needs Python 3.9 or later and nothing but its standard library. It is one file, meant to be read. It checks that

  1. the register (register.txt, the receipts of all counted ballots, sorted) has the published fingerprint: the root of a
     Merkle tree as in RFC 9162, section 2.1, with SHA-256;
  2. a receipt is in that register: by its inclusion proof (RFC 9162, section 2.1.3.2) or by looking;
  3. the ballots add up;
  4. every published index follows from the published counts and figures, as far as these allow. Where figures are rounded
     or withheld, so that nobody's answers are given away, it says what it could not compute again, and why.

Use it on a survey's page, or on files that you saved:

  python3 hailong_verify.py https://results.example.org/surveys/a-survey --receipt XXXX-XXXX-XXXX-XXXX-XXXX
  python3 hailong_verify.py --results results.json --register register.txt --proof proof.json

It ends with 0 when nothing is wrong, with 1 when something is, and with 2 when something could not be read.
"""

import argparse
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

CLOSE = 1e-6
"""Two percentages closer than this are the same: computers round in the last digits."""


# 1. The register and its Merkle tree


def leaf_hash(receipt):
    return hashlib.sha256(b"\x00" + receipt.encode("ascii")).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(receipts):
    """The root over the receipts, in their order. `subtrees` are complete ones, from the left, with their sizes."""
    subtrees = []
    for receipt in receipts:
        size, hash_ = 1, leaf_hash(receipt)
        while subtrees and subtrees[-1][0] == size:
            hash_ = node_hash(subtrees.pop()[1], hash_)
            size *= 2
        subtrees.append((size, hash_))
    if not subtrees:
        return hashlib.sha256(b"").hexdigest()
    hash_ = subtrees.pop()[1]
    while subtrees:
        hash_ = node_hash(subtrees.pop()[1], hash_)
    return hash_.hex()


def check_register(text, register, report):
    """Every line a receipt, in order, none twice, as many as published, and the published root."""
    receipts = text.splitlines()
    malformed = [line for line in receipts if not re.fullmatch("(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", line)]
    unordered = [receipts[n] for n in range(1, len(receipts)) if not receipts[n - 1] < receipts[n]]
    report.expect(not malformed, "every line of the register is a receipt", f"not a receipt: {malformed[:1]}")
    report.expect(not unordered, "the receipts are sorted and none is there twice", f"out of order: {unordered[:1]}")
    report.equal("the register has as many receipts as published", len(receipts), register["ballots"])
    report.equal("the register has the published root", "" if malformed else merkle_root(receipts), register["root"])
    return receipts


# 2. One receipt


def read_receipt(text):
    """The receipt that was meant: any case, any spaces and dashes, O for 0, I and L for 1 (Crockford's base 32)."""
    code = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def root_of_proof(receipt, index, size, proof):
    """The root that the proof leads to from leaf `index` of `size`; None where it fits no such tree."""
    if not 0 <= index < size:
        return None
    place, last, hash_ = index, size - 1, leaf_hash(receipt)
    for sibling in proof:
        if last == 0:
            return None
        if place % 2 == 1 or place == last:
            hash_ = node_hash(bytes.fromhex(sibling), hash_)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            hash_ = node_hash(hash_, bytes.fromhex(sibling))
        place, last = place // 2, last // 2
    return hash_.hex() if last == 0 else None


def check_proof(answer, register, receipts, report):
    receipt = answer["receipt"]
    if register is not None:
        report.equal("the proof is about the published root", answer["root"], register["root"])
    if answer["included"]:
        found = root_of_proof(receipt, answer["index"], answer["size"], answer["proof"])
        report.equal(f"the proof leads from {receipt} to the root", found, answer["root"])
    else:
        report.note(f"{receipt}: the answer is that it is not in the register, for which there is no proof")
    if receipts is not None:
        there = "in the register" if receipt in receipts else "not in the register"
        report.equal(f"what is said of {receipt}", "in the register" if answer["included"] else "not in the register", there)


# 3. and 4. The figures. A figure is known as a range (low, high): one number where it is published exactly.


def range_of(cell, step):
    """What a published figure says, as a range; None where it is withheld. `step` is what it was rounded to, or 0."""
    if cell.get("suppressed"):
        return None
    if "index" in cell:
        return cell["index"] - step / 2, cell["index"] + step / 2
    return cell.get("at_least", 0.0), cell.get("at_most", 100.0)


def mean(ranges):
    return sum(low for low, _ in ranges) / len(ranges), sum(high for _, high in ranges) / len(ranges)


def has_answers(cell):
    return cell.get("reason") != "no-answers"


class Group:
    """One group of respondents: its figures as published, and what can be computed from them again."""

    def __init__(self, group, results):
        self.group = group
        self.name = group["id"]
        self.rule = results["method"]["aggregation"]
        self.satisfied = {str(level) for level in results["method"]["satisfied"][group["id"]]}
        rounded = results["method"]["disclosure"]["rounded"]
        self.steps = {(r["stratum"], r["figure"], r["id"]): r["to"] for r in rounded if r["group"] == group["id"]}

    def step(self, figure, id_="", stratum=None):
        return self.steps.get((stratum, figure, id_), 0.0)

    def criteria(self, factor=None):
        """The criteria that somebody answered, of one factor or of all."""
        return [c for c in self.group["criteria"] if has_answers(c) and factor in (None, c["factor"])]

    def mean_of(self, criteria):
        """(range, None), or (None, why it cannot be known)."""
        ranges = [range_of(c, self.step("criterion", c["id"])) for c in criteria]
        if not ranges:
            return None, "nobody answered"
        if None in ranges:
            return None, f"{ranges.count(None)} of its {len(ranges)} criteria are withheld"
        return mean(ranges), None

    def pooled(self, criteria):
        """All satisfied answers among all valid ones. Only without weights: the weighted counts are not published."""
        if self.group["weighted"]:
            return None, "answers are weighted by population, and the answers of each part are not published"
        if not criteria:
            return None, "nobody answered"
        if any("index" not in c or self.step("criterion", c["id"]) for c in criteria):
            return None, "some of its criteria are withheld or not exact"
        valid = sum(c["base"] for c in criteria)
        share = sum(c["index"] * c["base"] for c in criteria) / valid
        return (share, share), None

    def mean_of_factors(self):
        found = [self.mean_of(self.criteria(f["id"])) for f in self.group["factors"] if self.criteria(f["id"])]
        missing = [why for _, why in found if why]
        if missing or not found:
            return None, missing[0] if missing else "nobody answered"
        return mean([each for each, _ in found]), None

    def overall(self, rule):
        if rule == "mean-of-factors":
            return self.mean_of_factors()
        if rule == "mean-of-criteria":
            return self.mean_of(self.criteria())
        if rule == "pooled":
            return self.pooled(self.criteria())
        return None, "the answers to the overall question are not published level by level"

    def check(self, report):
        for criterion in self.group["criteria"]:
            self.check_criterion(criterion, report)
        for factor in self.group["factors"]:
            inside = self.criteria(factor["id"])
            found = self.pooled(inside) if self.rule == "pooled" else self.mean_of(inside)
            self.compare(f"factor {factor['id']}", factor, self.step("factor", factor["id"]), found, report)
        for rule, cell in self.group["aggregations"].items():
            step = self.step("overall") if rule == self.rule else self.step("aggregation", rule)
            self.compare(f"overall by {rule}", cell, step, self.overall(rule), report)
        own = self.group["aggregations"].get(self.rule, self.group["overall"])
        report.equal(f"{self.name}: the overall index is the one by {self.rule}", self.group["overall"], own)
        for stratum in self.group["strata"]:
            self.check_stratum(stratum, report)

    def check_criterion(self, criterion, report):
        name, levels = f"criterion {criterion['id']}", criterion.get("levels")
        if levels is None:
            why = "how many gave each answer is withheld"
            return self.compare(name, criterion, self.step("criterion", criterion["id"]), (None, why), report)
        valid = sum(levels.values())
        if "base" in criterion:
            report.equal(f"{self.name}, {name}: the answers add up to its base", valid, criterion["base"])
        if self.group["weighted"]:
            why = "it is weighted by population, and the answers of each part are not published"
            return self.compare(name, criterion, 0.0, (None, why), report)
        if not valid:
            return self.compare(name, criterion, 0.0, (None, "nobody answered"), report)
        share = 100 * sum(count for level, count in levels.items() if level in self.satisfied) / valid
        return self.compare(name, criterion, self.step("criterion", criterion["id"]), ((share, share), None), report)

    def check_stratum(self, stratum, report):
        """A stratum's overall index; its factors come from criteria that are not published by stratum."""
        name, factors = stratum["id"], [f for f in stratum["factors"] if has_answers(f)]
        for factor in factors:
            why = "criteria are not published by stratum"
            self.compare(f"{name}, factor {factor['id']}", factor, 0.0, (None, why), report)
        ranges = [range_of(f, self.step("factor", f["id"], name)) for f in factors]
        if self.rule != "mean-of-factors":
            found = None, "criteria are not published by stratum"
        elif None in ranges or not ranges:
            found = None, "factors of it are withheld"
        else:
            found = mean(ranges), None
        self.compare(f"{name}, overall", stratum["overall"], self.step("overall", "", name), found, report)

    def compare(self, name, cell, step, found, report):
        """Hold a published figure against the range that was computed for it."""
        (expected, why), name = found, f"{self.name}, {name}"
        said = range_of(cell, step)
        if said is None:
            report.withheld(name, cell.get("reason", "no reason given"))
        elif expected is None:
            report.unknown(name, why)
        else:
            overlap = expected[0] <= said[1] + CLOSE and said[0] <= expected[1] + CLOSE
            exact = expected[1] - expected[0] <= CLOSE and said[1] - said[0] <= CLOSE
            computed = f"{expected[0]:.6f}" if expected[0] == expected[1] else f"{expected[0]:.6f} to {expected[1]:.6f}"
            published = cell.get("index", cell)
            what = f"{name} is {published}" + ("" if exact else f", as it may be: computed {computed}")
            report.expect(overlap, what, f"published {published}, computed {computed}", figure=True)


def check_counts(results, report):
    equation = results["equation"]
    report.equal("accepted = scored + waiting", equation["accepted"], equation["scored"] + equation["waiting"])
    report.equal("scored = counted + surplus", equation["scored"], equation["counted"] + equation["surplus"])
    report.equal("every counted ballot is in the register", equation["counted"], results["register"]["ballots"])
    report.equal("the groups' ballots add up", sum(g["ballots"] for g in results["groups"]), equation["counted"])


def check_composite(pooled, report):
    """The index over all groups, where the plan declares weights for them."""
    share = sum(part["weight"] * part["index"] for part in pooled["parts"])
    report.expect(
        abs(share - pooled["index"]) <= CLOSE,
        f"the composite of all groups is {pooled['index']}",
        f"published {pooled['index']}, computed {share}",
        figure=True,
    )


def check_results(results, report):
    check_counts(results, report)
    for group in results["groups"]:
        Group(group, results).check(report)
    if results.get("pooled"):
        check_composite(results["pooled"], report)


# Saying it


class Report:
    def __init__(self, quiet):
        self.quiet = quiet
        self.wrong = self.right = self.figures = 0
        self.hidden, self.open = {}, {}

    def expect(self, holds, what, otherwise, figure=False):
        if holds:
            self.right += 1
            self.figures += figure
            if not self.quiet:
                print(f"ok     {what}")
        else:
            self.wrong += 1
            print(f"WRONG  {what}: {otherwise}")

    def equal(self, what, found, published):
        self.expect(found == published, what, f"found {found}, published {published}")

    def note(self, what):
        print(f"note   {what}")

    def withheld(self, name, reason):
        self.hidden.setdefault(reason, []).append(name)

    def unknown(self, name, why):
        self.open.setdefault(why, []).append(name)

    def close(self):
        for reason, names in self.hidden.items():
            print(f"note   {len(names)} figures are withheld ({reason}): {_some(names)}")
        for why, names in self.open.items():
            print(f"note   {len(names)} figures could not be computed again, because {why}: {_some(names)}")
        verdict = "nothing is wrong" if not self.wrong else f"{self.wrong} things are WRONG"
        print(f"{verdict}: {self.right} checks passed, {self.figures} figures computed again")


def _some(names):
    return "; ".join(names[:4]) + (f"; and {len(names) - 4} more" if len(names) > 4 else "")


# Reading


def read(place):
    """The text of a file or of an address."""
    if re.match("https?://", place):
        with urllib.request.urlopen(place, timeout=60) as answer:
            return answer.read().decode("utf-8")
    with open(place, encoding="utf-8") as file:
        return file.read()


def places(options):
    """Where results, register and proof are. Given a survey's page, they stand beside it."""
    if options.survey is None:
        return options.results, options.register, options.proof
    parts = urllib.parse.urlsplit(options.survey)
    match = re.match(r"(.*)/surveys/([^/]+)", parts.path)
    if match is None:
        raise ValueError(f"{options.survey} is not the address of a survey's page: .../surveys/NAME")
    site, survey = f"{parts.scheme}://{parts.netloc}{match[1]}", match[2]
    results = options.results or f"{site}/api/v1/surveys/{survey}/results"
    proof = f"{site}/api/v1/surveys/{survey}/register/{read_receipt(options.receipt)}" if options.receipt else None
    return results, options.register or f"{site}/surveys/{survey}/register.txt", options.proof or proof


def check(options, report):
    results_at, register_at, proof_at = places(options)
    results = json.loads(read(results_at)) if results_at else None
    register = results["register"] if results else None
    receipts = None
    if register_at:
        text = read(register_at)
        if register is None:
            report.note(f"no results were given; the root of the register is {merkle_root(text.splitlines())}")
            receipts = text.splitlines()
        else:
            receipts = check_register(text, register, report)
    if results:
        check_results(results, report)
    if proof_at:
        check_proof(json.loads(read(proof_at)), register, receipts, report)
    elif options.receipt and receipts is not None:
        receipt = read_receipt(options.receipt)
        report.expect(receipt in receipts, f"{receipt} is in the register", "it is not there")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("survey", nargs="?", help="address of the survey's page")
    parser.add_argument("--results", help="the published figures (JSON): a file or an address")
    parser.add_argument("--register", help="the register: a file or an address")
    parser.add_argument("--proof", help="the answer to one receipt (JSON): a file or an address")
    parser.add_argument("--receipt", help="a receipt to look for")
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong or could not be checked")
    options = parser.parse_args()
    if not (options.survey or options.results or options.register or options.proof):
        parser.error("name a survey's page, or files: --results, --register, --proof")
    report = Report(options.quiet)
    try:
        check(options, report)
    except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError) as error:
        print(f"could not be read: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
    report.close()
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
