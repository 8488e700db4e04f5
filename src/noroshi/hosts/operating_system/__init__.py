"""Ask the operating system of this computer for what it manages: services, updates, tasks."""
