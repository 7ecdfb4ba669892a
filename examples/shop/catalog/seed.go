package main

// seed is what the shop sells.
func seed(currency string) []product {
	all := []product{
		{SKU: "stoneware-mug", Name: "Stoneware mug", Category: "kitchen", PriceCents: 1850, Featured: true,
			Description: "Thrown by hand, glazed in slate grey; holds 350 ml and keeps coffee warm a little longer."},
		{SKU: "pour-over-set", Name: "Pour-over set", Category: "kitchen", PriceCents: 4200,
			Description: "A glass carafe, a beech collar and forty paper filters for slow coffee."},
		{SKU: "chef-knife", Name: "Chef's knife", Category: "kitchen", PriceCents: 8900,
			Description: "A 20 cm blade of carbon steel that takes an edge well and asks to be dried."},
		{SKU: "linen-apron", Name: "Linen apron", Category: "kitchen", PriceCents: 3900,
			Description: "Washed linen with a deep pocket; softer with every wash."},
		{SKU: "desk-lamp", Name: "Desk lamp", Category: "desk", PriceCents: 11900, Featured: true,
			Description: "A warm, dimmable light on an arm that stays where it is put."},
		{SKU: "notebook-dotted", Name: "Dotted notebook", Category: "desk", PriceCents: 1600,
			Description: "192 numbered pages of paper that ink does not bleed through."},
		{SKU: "fountain-pen", Name: "Fountain pen", Category: "desk", PriceCents: 5400,
			Description: "A steel nib, a brass body and a converter for bottled ink."},
		{SKU: "walnut-tray", Name: "Walnut tray", Category: "desk", PriceCents: 3200,
			Description: "A place for keys, cables and the pen that is always missing."},
		{SKU: "trail-tent", Name: "Trail tent", Category: "outdoor", PriceCents: 32900, Featured: true,
			Description: "Two people, 1.4 kg, three seasons; stands up with two trekking poles."},
		{SKU: "wool-blanket", Name: "Wool blanket", Category: "outdoor", PriceCents: 7900,
			Description: "Felted wool for the last hour at the fire."},
		{SKU: "enamel-kettle", Name: "Enamel kettle", Category: "outdoor", PriceCents: 4600,
			Description: "One and a half litres of tea water over any flame."},
		{SKU: "field-guide-trees", Name: "A field guide to trees", Category: "books", PriceCents: 2400, Featured: true,
			Description: "240 species by leaf, bark and bud, among them the banyan, which looks like a forest and is one tree."},
		{SKU: "bread-book", Name: "Bread, slowly", Category: "books", PriceCents: 2900,
			Description: "Forty loaves from flour, water, salt and time."},
	}
	for i := range all {
		all[i].Currency = currency
	}
	return all
}
