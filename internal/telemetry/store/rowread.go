package store

import (
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// span reads the row of a block of spans whole.
func (o *opened) span(row int, id trace.ID) signal.Span {
	s := signal.Span{
		Trace: id, ID: o.id(idColumn, row), Parent: o.id(parentColumn, row), Service: o.footer.service(row), Kind: o.kind(row),
		Start: time.Unix(0, o.number(startColumn, row)), Duration: time.Duration(o.number(durationColumn, row)),
		Failed: o.number(failedColumn, row) != 0,
	}
	s.Instance, _ = o.text(instanceColumn, row)
	s.Name, _ = o.text(nameColumn, row)
	s.Message, _ = o.text(messageColumn, row)
	s.Attributes = o.attributes(row)
	var err error
	content, _ := o.text(eventsColumn, row)
	if s.Events, err = decodeEvents([]byte(content), s.Start); err != nil {
		o.fail()
	}
	content, _ = o.text(linksColumn, row)
	if s.Links, err = decodeLinks([]byte(content)); err != nil {
		o.fail()
	}
	return s
}

// attributes are all of a row, in the order of the columns.
func (o *opened) attributes(row int) (all signal.Attributes) {
	for i := range o.footer.columns {
		name, attribute := strings.CutPrefix(o.footer.columns[i].name, attributePrefix)
		if !attribute {
			continue
		}
		if text, there := o.text(o.footer.columns[i].name, row); there {
			all = append(all, signal.Attribute{Name: name, Value: text})
		}
	}
	if spilt, there := o.text(overflowColumn, row); there {
		for r := (reader{rest: []byte(spilt)}); !r.bad && len(r.rest) > 0; {
			name := r.text()
			all = append(all, signal.Attribute{Name: name, Value: r.text()})
		}
	}
	return all
}

func (o *opened) kind(row int) signal.Kind {
	number := o.number(kindColumn, row)
	if number < 0 || number >= int64(len(kinds)) {
		o.fail()
		return kinds[0]
	}
	return kinds[number]
}

// outline reads what a summary asks of a span.
func (o *opened) outline(row int, id trace.ID) signal.Span {
	s := signal.Span{
		Trace: id, ID: o.id(idColumn, row), Parent: o.id(parentColumn, row), Service: o.footer.service(row), Kind: o.kind(row),
		Start: time.Unix(0, o.number(startColumn, row)), Duration: time.Duration(o.number(durationColumn, row)),
		Failed: o.number(failedColumn, row) != 0, Attributes: make(signal.Attributes, 0, len(outlined)),
	}
	s.Name, _ = o.text(nameColumn, row)
	for _, name := range outlined {
		if text, there := o.text(attributePrefix+name, row); there {
			s.Attributes = append(s.Attributes, signal.Attribute{Name: name, Value: text})
		}
	}
	return s
}

// outlined are the attributes that a summary is made of.
var outlined = [...]string{telemetry.RequestMethod, telemetry.StatusCode, telemetry.ResendCount, telemetry.HTTPRoute, telemetry.URLPath}

// line reads the row of a block of lines whole, but for its trace.
func (o *opened) line(row int) signal.Line {
	l := signal.Line{
		At: time.Unix(0, o.number(startColumn, row)), Service: o.footer.service(row), Level: signal.Level(o.number(levelColumn, row)),
		Span: o.id(idColumn, row),
	}
	l.Instance, _ = o.text(instanceColumn, row)
	l.Stream, _ = o.text(streamColumn, row)
	l.Text, _ = o.text(textColumn, row)
	var own bool
	if l.Message, own = o.text(messageColumn, row); !own {
		l.Message = l.Text
	}
	l.Attributes = o.attributes(row)
	return l
}
