"""A past of facts and a policy in, what the policy would have done out."""
