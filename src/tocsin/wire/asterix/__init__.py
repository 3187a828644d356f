"""EUROCONTROL ASTERIX: containers, columnar decode, full decode and encode."""
