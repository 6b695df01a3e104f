package loadtest

import (
	"fmt"
	"slices"
)

// Mask stands where a secret value is not shown.
const Mask = "••••••"

// Masked returns p with Mask for its secrets. It shares everything else with p.
func Masked(p Plan) Plan {
	p, _ = MapSecrets(p, func(string, string) (string, error) { return Mask, nil }) // it never fails
	return p
}

// MapSecrets returns a copy of p in which every secret that is not empty is
// what replace returns for it. The place says whose secret it is, for as long
// as it keeps its name. An error of replace ends it and comes back with the place.
func MapSecrets(p Plan, replace func(place, value string) (string, error)) (Plan, error) {
	p.Headers, p.Auth = slices.Clone(p.Headers), slices.Clone(p.Auth)
	for _, s := range secretsOf(&p) {
		if *s.value == "" {
			continue
		}
		value, err := replace(s.place, *s.value)
		if err != nil {
			return Plan{}, fmt.Errorf("secret %q: %w", s.place, err)
		}
		*s.value = value
	}
	return p, nil
}

type placedSecret struct {
	place string
	value *string
}

func secretsOf(p *Plan) []placedSecret {
	var all []placedSecret
	for i := range p.Headers {
		if h := &p.Headers[i]; h.Secret {
			all = append(all, placedSecret{h.Name, &h.Value})
		}
	}
	for i := range p.Auth {
		c := &p.Auth[i]
		all = append(
			all,
			placedSecret{"auth " + c.Scheme + " value", &c.Value},
			placedSecret{"auth " + c.Scheme + " password", &c.Password},
			placedSecret{"auth " + c.Scheme + " client_secret", &c.ClientSecret},
		)
	}
	return all
}
