"""People of other systems: contact lists of vendors behind one interface."""
