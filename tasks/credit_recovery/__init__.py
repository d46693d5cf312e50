"""Open invoices and the decisions of managers in; warnings, hand-overs and their documents out."""
