"""The measures of after-sale work in a span of time (B14), each with its denominator. Counts, no names."""
