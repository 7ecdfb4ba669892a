package node

// inGroup: there are no process groups here, and no supervised processes either.
func inGroup(int, int) bool { return false }
