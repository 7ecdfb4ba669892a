package main

import "time"

// seed is what was written before the shop moved here.
func seed() []review {
	day := func(n int) time.Time { return time.Date(2026, time.March, n, 9, 0, 0, 0, time.UTC) }
	return []review{
		{"1", "stoneware-mug", 5, "Feels right in the hand, and no two are alike.", "Ines", day(2), "seed-1"},
		{"2", "stoneware-mug", 4, "Lovely, a little heavy.", "Tomasz", day(5), "seed-2"},
		{"3", "pour-over-set", 5, "Made me get up earlier.", "Ines", day(7), "seed-1"},
		{"4", "chef-knife", 5, "Keep it dry and it will outlive you.", "Mei", day(8), "seed-3"},
		{"5", "desk-lamp", 4, "The arm stays put, as promised. The cable could be longer.", "Tomasz", day(11), "seed-2"},
		{"6", "trail-tent", 5, "Dry through three nights of Scottish rain.", "Aino", day(12), "seed-4"},
		{"7", "trail-tent", 3, "Light, but bring your own pegs.", "Mei", day(15), "seed-3"},
		{"8", "field-guide-trees", 5, "The chapter on figs alone is worth it.", "Aino", day(18), "seed-4"},
		{"9", "fountain-pen", 2, "Leaked on the second day.", "Ines", day(21), "seed-1"},
		{"10", "bread-book", 4, "Slow indeed, and good.", "Tomasz", day(24), "seed-2"},
	}
}
