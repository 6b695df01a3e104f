package shop

import (
	"slices"
	"sync"
)

const (
	listedProducts = 200     // built-in products that lists and searches show
	firstCreated   = 1000000 // ids below are built in: they read always, and deleting one only undoes its edits
	keptProducts   = 1000    // edited and created products that are remembered
)

// catalog is the built-in products with a bounded number of edits over them.
type catalog struct {
	mu     sync.RWMutex
	edits  *bounded[int64, *Product]
	nextID int64

	listed []*Product
}

func newCatalog() *catalog {
	c := &catalog{edits: newBounded[int64, *Product](keptProducts), nextID: firstCreated}
	for id := range int64(listedProducts) {
		c.listed = append(c.listed, shipped(id+1))
	}
	return c
}

// get returns the product, or NotFound for a created one that was deleted or displaced.
func (c *catalog) get(id int64) (*Product, error) {
	c.mu.RLock()
	edited, found := c.edits.get(id)
	c.mu.RUnlock()
	switch {
	case found:
		return edited, nil
	case id >= 1 && id <= listedProducts:
		return c.listed[id-1], nil
	case id >= 1 && id < firstCreated:
		return shipped(id), nil
	}
	return nil, notFound("There is no product %d.", id)
}

func (c *catalog) create(p *Product) *Product {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.ID = c.nextID
	c.nextID++
	p.finish()
	c.edits.put(p.ID, p)
	return p
}

func (c *catalog) replace(p *Product) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.edits.put(p.ID, p)
}

// remove forgets the product, or for a built-in one its edits.
func (c *catalog) remove(id int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.edits.remove(id) && (id < 1 || id >= firstCreated) {
		return notFound("There is no product %d.", id)
	}
	return nil
}

// filter returns the listed and the created products that fit, by id.
func (c *catalog) filter(fits func(*Product) bool) []*Product {
	fitting := []*Product{}
	c.mu.RLock()
	for _, p := range c.listed {
		if edited, found := c.edits.get(p.ID); found {
			p = edited
		}
		if fits(p) {
			fitting = append(fitting, p)
		}
	}
	created := len(fitting)
	for _, p := range c.edits.newest() {
		if p.ID >= firstCreated && fits(p) {
			fitting = append(fitting, p)
		}
	}
	c.mu.RUnlock()
	slices.Reverse(fitting[created:])
	return fitting
}
