package main

// seed is how many pieces of each product there are on a Monday morning.
func seed() map[string]int {
	return map[string]int{
		"stoneware-mug": 400, "pour-over-set": 120, "chef-knife": 60, "linen-apron": 150,
		"desk-lamp": 80, "notebook-dotted": 900, "fountain-pen": 140, "walnut-tray": 0,
		"trail-tent": 12, "wool-blanket": 75, "enamel-kettle": 90,
		"field-guide-trees": 300, "bread-book": 200,
	}
}
