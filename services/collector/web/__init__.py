"""The web form: a person's way to hand in a ballot, on paper's terms, in any browser, with or without JavaScript."""
