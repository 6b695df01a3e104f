package domain

import "time"

// Project is what a team tests: its API sources, plans and runs.
type Project struct {
	ID        ProjectID
	Name      string
	Sample    bool // the sample shop that a fresh installation offers
	CreatedAt time.Time
	UpdatedAt time.Time
}

// SourceKind says where an OpenAPI document comes from.
type SourceKind string

// The kinds of source.
const (
	SourceURL    SourceKind = "url"    // fetched from an address a person gave
	SourceUpload SourceKind = "upload" // handed over as a file or as text
	SourceFolder SourceKind = "folder" // a file of the documents folder; URL is its path within
)

// Source is where a project's OpenAPI document comes from.
type Source struct {
	ID          SourceID
	ProjectID   ProjectID
	Kind        SourceKind
	Name        string // the document's title unless renamed
	URL         string // what the person gave
	DocumentURL string // where the document was found; empty for uploads
	BaseURL     string // where requests go unless a plan says otherwise
	DocumentID  DocumentID
	// Definition names one of several documents behind the same page; "" is the
	// page's own choice.
	Definition string
	// Headers are sent when the document is fetched, to the origin of URL and to
	// no other. They are secrets.
	Headers      []FetchHeader
	RefreshEvery time.Duration // how often it is fetched again by itself; 0 is never
	CreatedAt    time.Time
	UpdatedAt    time.Time
	FetchedAt    time.Time // when its document was last fetched whole
	CheckedAt    time.Time // when that was last tried, whatever came of it
	Problem      Message   // why the last try failed; zero when it did not
}

// FetchHeader is a header that a document's fetch needs: Authorization, Cookie
// or one of the team's own.
type FetchHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Document is one stored version of a source's OpenAPI document, as fetched.
type Document struct {
	ID        DocumentID
	SourceID  SourceID
	SHA256    string // hex, of Raw
	Title     string
	Version   string // the API's own version
	OpenAPI   string // the specification's version, such as "3.1.0"
	Strategy  string // the discovery strategy that found it
	Raw       []byte
	CreatedAt time.Time
}

// Role says what a user may do.
type Role string

// The roles; each may do what the ones before it may.
const (
	Viewer Role = "viewer"
	Runner Role = "runner"
	Admin  Role = "admin"
)

// User is a person who signs in.
type User struct {
	ID        UserID
	Name      string
	Role      Role
	CreatedAt time.Time
}

// Session is a signed-in browser. Only the hash of its token is stored.
type Session struct {
	TokenSHA256 string // hex
	UserID      UserID
	ExpiresAt   time.Time
	CreatedAt   time.Time
}
