"""What a deployment is made of: the plan, its progress, the check of what stands."""
