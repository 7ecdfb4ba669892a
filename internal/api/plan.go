package api

// Plan is what a reload would change, or has changed.
type Plan struct {
	File string `json:"file" doc:"The file that was compared."`
	// Since is when the file that runs was read, as a clock time.
	Since   string   `json:"since,omitempty" doc:"Clock time of the file that runs."`
	Changes []Change `json:"changes" doc:"Empty when nothing changes."`
}

// Change is one of its lines.
type Change struct {
	// Action is start, stop, restart, rebuild, scale or swap.
	Action  string `json:"action" doc:"start, stop, restart, rebuild, scale or swap."`
	Subject string `json:"subject" doc:"A service, or gateway."`
	Text    string `json:"text" doc:"What changes."`
	Where   string `json:"where,omitempty" doc:"file:line:column."`
}
