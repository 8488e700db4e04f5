"""What pages show: answers of operations made into values for templates."""
