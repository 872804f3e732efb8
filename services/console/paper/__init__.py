"""Ballots on paper: printed from the plan, entered twice from files made from the plan, handed in by the ballot API."""
