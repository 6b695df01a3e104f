package plan

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// requestPrefix is how the names of the fields with edited requests begin; the
// operation follows: "request.GET /pets".
const requestPrefix = "request."

// TakeRequests returns the values of a form without those of edited requests,
// and the requests by their operation; an empty one is none.
func TakeRequests(values url.Values) (rest url.Values, requests map[string]string) {
	rest = url.Values{}
	for name, list := range values {
		operation, ok := strings.CutPrefix(name, requestPrefix)
		if !ok {
			rest[name] = list
			continue
		}
		if last := list[len(list)-1]; last != "" {
			if requests == nil {
				requests = map[string]string{}
			}
			requests[operation] = last
		}
	}
	return rest, requests
}

// requestNames returns the operations whose request was edited, in a stable order.
func (f Form) requestNames() []string { return slices.Sorted(maps.Keys(f.Requests)) }

// Request returns the request that a person made of the operation, and false if
// there is none. Invalid when it cannot be read.
func (f Form) Request(operation string) (r loadtest.Request, edited bool, err error) {
	text, edited := f.Requests[operation]
	if !edited {
		return r, false, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, true, domain.Errorf(domain.Invalid, "tryit.request_broken",
			"The edited request of {{.Operation}} cannot be read. Open the operation and put it into the plan again.", "Operation", operation).Because(err)
	}
	return r, true, nil
}
