"""ADS-B feeds of hobby and professional receivers: readsb/tar1090 aircraft.json, SBS lines."""
