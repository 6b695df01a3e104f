package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/paths"
)

// plogServer is `plog serve` in a process of its own with a data folder of its
// own, and a browser, so to speak, that is signed in to it.
type plogServer struct {
	*child
	url     string
	link    string // signs in, once
	data    string
	browser *http.Client
}

// startPLOG starts a server with the data folder below dir. The link is still unused.
func (b *bench) startPLOG(ctx context.Context, dir string, env ...string) (*plogServer, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("cookies: %w", err)
	}
	s := &plogServer{data: filepath.Join(dir, "data"), browser: &http.Client{Jar: jar}}
	environ := []string{"PLOG_ADDR=127.0.0.1:0", "PLOG_DATA_DIR=" + s.data, "PLOG_LOG_LEVEL=warn", "K6_BINARY=" + b.binary("k6")}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		environ = append(environ, name+"="+os.Getenv(name))
	}
	s.child, s.link, err = start(ctx, append(environ, env...), func(line string) (string, bool) {
		_, link, ok := strings.Cut(line, "PLOG is ready: ")
		return strings.TrimSpace(link), ok
	}, b.binary("plog"), "serve")
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(s.link)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the link that PLOG printed: %w", err), s.stop())
	}
	s.url = u.Scheme + "://" + u.Host
	return s, nil
}

// signIn uses the link up.
func (s *plogServer) signIn(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.link, nil)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	_, err = s.send(req)
	return err
}

// addProject makes a project of a document with nothing in it.
func (s *plogServer) addProject(ctx context.Context) (domain.ProjectID, error) {
	document := `{"openapi":"3.1.0","info":{"title":"Bench","version":"1"},"servers":[{"url":"http://127.0.0.1"}],` +
		`"paths":{"/":{"get":{"responses":{"200":{"description":"OK"}}}}}}`
	at, err := s.post(ctx, paths.Projects, nil, document)
	if err != nil {
		return "", fmt.Errorf("add project: %w", err)
	}
	return domain.ProjectID(strings.Split(strings.TrimPrefix(at, paths.Projects+"/"), "/")[0]), nil
}

// run saves a plan in the project and starts it.
func (s *plogServer) run(ctx context.Context, project domain.ProjectID, plan loadtest.Plan) (domain.RunID, error) {
	text, err := loadtest.YAML(plan)
	if err != nil {
		return "", err
	}
	saved, err := s.post(ctx, paths.PlanImport(project), url.Values{"yaml": {string(text)}}, "")
	if err != nil {
		return "", fmt.Errorf("import plan: %w", err)
	}
	started, err := s.post(ctx, paths.PlanRun(domain.PlanID(path.Base(saved))), nil, "")
	if err != nil {
		return "", fmt.Errorf("run plan: %w", err)
	}
	if !strings.HasPrefix(started, "/runs/") {
		return "", fmt.Errorf("run plan: PLOG leads to %s", started)
	}
	return domain.RunID(path.Base(started)), nil
}

// post sends a form, with the file if there is one, and returns the path of the
// page that PLOG leads to.
func (s *plogServer) post(ctx context.Context, to string, form url.Values, file string) (string, error) {
	var body strings.Builder
	kind := "application/x-www-form-urlencoded"
	if file == "" {
		body.WriteString(form.Encode())
	} else {
		m := multipart.NewWriter(&body)
		kind = m.FormDataContentType()
		w, err := m.CreateFormFile("file", "openapi.json")
		if err == nil {
			_, err = io.WriteString(w, file)
		}
		if err := errors.Join(err, m.Close()); err != nil {
			return "", fmt.Errorf("write form: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+to, strings.NewReader(body.String()))
	if err != nil {
		return "", fmt.Errorf("post: %w", err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin") // as a browser says of PLOG's own forms
	return s.send(req)
}

// send follows redirects and returns the path of the page at their end.
func (s *plogServer) send(req *http.Request) (string, error) {
	res, err := s.browser.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask PLOG: %w", err)
	}
	page, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return "", fmt.Errorf("ask PLOG: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s: PLOG answers %s: %.300s", req.Method, req.URL.Path, res.Status, page)
	}
	return res.Request.URL.Path, nil
}

// events opens the stream of a run's page. The caller closes it.
func (s *plogServer) events(ctx context.Context, run domain.RunID) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+paths.RunAction(run, "events"), nil)
	if err != nil {
		return nil, fmt.Errorf("watch run: %w", err)
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := s.browser.Do(req)
	if err != nil {
		return nil, fmt.Errorf("watch run: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("watch run: PLOG answers %s", res.Status), res.Body.Close())
	}
	return res.Body, nil
}
