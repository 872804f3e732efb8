"""Letters to contacts: one message a person with an invitation of its own, and reminders to those who have not used it."""
