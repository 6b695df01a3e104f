package sse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"plog.dev/plog/handlers/sse"
)

func TestAppend(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"", "one", "data: one\n\n"},
		{"points", `{"t":[1]}`, "event: points\ndata: {\"t\":[1]}\n\n"},
		{"", "<p>\n  two\r\n</p>\n", "data: <p>\ndata:   two\ndata: </p>\ndata: \n\n"},
		{"finished", "", "event: finished\ndata: \n\n"},
		{"", "a lone \r cannot end a line", "data: a lone   cannot end a line\n\n"},
	} {
		if got := string(sse.Append(nil, c.name, []byte(c.data))); got != c.want {
			t.Errorf("Append(%q, %q) = %q, want %q", c.name, c.data, got, c.want)
		}
	}
}

func TestEachSendsUntilTheChannelCloses(t *testing.T) {
	values := make(chan int, 3)
	values <- 1
	values <- 2
	close(values)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sse.Open(w)
		if err == nil {
			err = sse.Each(r.Context(), s, values, func(n int) ([]byte, error) {
				return sse.Append(nil, "n", []byte{byte('0' + n)}), nil
			})
		}
		if err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	res, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "event: n\ndata: 1\n\nevent: n\ndata: 2\n\n" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestEachEnds(t *testing.T) {
	s, err := sse.Open(httptest.NewRecorder())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sse.Each(ctx, s, make(chan int), nil); err != nil {
		t.Errorf("with its context: %v", err)
	}
	broken := errors.New("broken")
	values := make(chan int, 1)
	values <- 1
	if err := sse.Each(t.Context(), s, values, func(int) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("with an error: %v", err)
	}
}
