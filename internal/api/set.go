package api

// Wish is what a run was asked for.
type Wish struct {
	Names  []string `json:"names,omitempty" doc:"Services and groups that were asked for; none is every service."`
	Except []string `json:"except,omitempty" doc:"Services and groups that were left out."`
}

// Group is a named subset of the services.
type Group struct {
	Name     string   `json:"name" doc:"Name."`
	Services []string `json:"services" doc:"The services that it stands for, those of groups in it included."`
	Where    string   `json:"where,omitempty" doc:"file:line:column of its declaration."`
}

// Reason is why a service is in the set of a run, or why it is not.
type Reason struct {
	// Kind is asked, group, called, used, needed or all for what is in the set, and except or uncalled for what is not.
	Kind string `json:"kind" doc:"asked, group, called, used, needed, all, except or uncalled."`
	// By is the group, the caller, the user, the task, or what was left out by name.
	By    string `json:"by,omitempty" doc:"The group, the caller, the user, the task, or what --except named."`
	Text  string `json:"text" doc:"The reason in a few words."`
	Where string `json:"where,omitempty" doc:"file:line:column of the line that it follows from."`
}
