package service

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Problem is an RFC 9457 problem document, and an error.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// Refuse makes a problem whose title is the status's own text.
func Refuse(status int, detail string) *Problem {
	return &Problem{http.StatusText(status), status, detail}
}

// Fail answers with the problem that err is, or with 500 and a line in the log.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		Log(r).Error("answering "+r.Method+" "+r.URL.Path, "error", err.Error())
		p = Refuse(http.StatusInternalServerError, "The cause is in the service's log.")
	}
	write(w, "application/problem+json", p.Status, p)
}

// JSON answers with value.
func JSON(w http.ResponseWriter, status int, value any) error {
	write(w, "application/json", status, value)
	return nil
}

// write cannot tell the client that its connection is gone, so nobody is told.
func write(w http.ResponseWriter, kind string, status int, value any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// Read decodes a body of at most 64 KiB; a field that into does not have is refused with 400.
func Read(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return Refuse(http.StatusBadRequest, "The body is no JSON of the shape that the contract gives: "+err.Error())
	}
	return nil
}
