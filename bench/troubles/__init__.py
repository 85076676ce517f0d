"""What `bench.chaos` puts around an installation: a database that can be killed, wires that can be cut, a vendor."""
