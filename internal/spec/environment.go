package spec

var environmentNoun = noun{
	name: "environment", says: "an environment", later: laterPlatform,
	keys: []key{
		{name: "$schema", doc: "The JSON Schema of this file, for editors; it changes nothing.", shape: &literal, example: "./banyan.schema.json"},
		envFilesKey,
		{name: "gateway", doc: "What differs at the gateway.", shape: &shape{says: "a map", noun: &gatewayNoun}, example: "{listen: \"127.0.0.1:9090\"}"},
		telemetryKey,
		{name: "services", doc: "What differs in services; null removes one.", shape: &services, example: "{orders: {replicas: 3}}"},
		{name: "external", doc: "What differs in external services; null removes one.", shape: &externals, example: "{bank: {url: \"https://sandbox.bank.example\"}}"},
		{name: "tasks", doc: "What differs in tasks; null removes one.", shape: &tasks, example: "{seed: {run: ./seed}}"},
		{name: "resources", doc: "What differs in resources; null removes one.", shape: &resources, example: "{kv: {url: \"redis://kv.example\"}}"},
		{name: "groups", doc: "What differs in groups; null removes one.", shape: &groups, example: "{checkout: [orders]}"},
	},
}

var environments = shape{says: "a map of environments", names: &plainName, value: &shape{says: "a map", noun: &environmentNoun}}
