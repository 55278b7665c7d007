//! Tests of the comparison as a whole.
