"""Stock: warehouses, levels, reservations, and spare parts for technicians. No unit is ever promised twice."""
