"""The room's yes and no: where days lie on the ribbon, what comes next, and which figures may be shown."""
