package shop

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Product is never changed once it is in the catalogue; an edit replaces it.
type Product struct {
	ID          int64     `json:"id"`
	SKU         string    `json:"sku"`
	Name        string    `json:"name"`
	NameKo      string    `json:"name_ko"`
	Description *string   `json:"description"`
	Category    string    `json:"category"`
	Price       int64     `json:"price_krw"`
	Stock       int       `json:"stock"`
	Tags        []string  `json:"tags"`
	Rating      float64   `json:"rating"`
	PictureURL  string    `json:"picture_url"`
	ReleasedOn  string    `json:"released_on"`
	UpdatedAt   time.Time `json:"updated_at"`

	folded string // what a search looks in
}

// productInput is what a client may say about a product; nil is "not said".
type productInput struct {
	Name        *string   `json:"name"`
	NameKo      *string   `json:"name_ko"`
	Description *string   `json:"description"`
	Category    *string   `json:"category"`
	Price       *int64    `json:"price_krw"`
	Stock       *int      `json:"stock"`
	Tags        *[]string `json:"tags"`
}

var (
	categories   = []string{"electronics", "home", "books", "food", "fashion"}
	categoriesKo = []string{"전자제품", "생활용품", "도서", "식품", "패션"}
)

var models = []struct {
	name, nameKo string
	category     int
	price        int64
}{
	{"Wireless keyboard", "무선 키보드", 0, 59_000},
	{"Noise-cancelling headphones", "노이즈 캔슬링 헤드폰", 0, 289_000},
	{"27-inch monitor", "27인치 모니터", 0, 349_000},
	{"Portable charger", "보조 배터리", 0, 39_900},
	{"Desk lamp", "책상 조명", 1, 45_000},
	{"Cotton towel set", "면 수건 세트", 1, 24_900},
	{"Rice cooker", "전기밥솥", 1, 198_000},
	{"Storage box", "수납 상자", 1, 12_900},
	{"Learning Go", "고 언어 배우기", 2, 32_000},
	{"Poems of spring", "봄의 시", 2, 14_000},
	{"The performance handbook", "성능 안내서", 2, 38_000},
	{"Seoul on foot", "걸어서 서울", 2, 18_500},
	{"Green tea from Boseong", "보성 녹차", 3, 21_000},
	{"Kimchi, 3 kg", "포기김치 3kg", 3, 33_000},
	{"Jeju tangerines, 5 kg", "제주 감귤 5kg", 3, 27_500},
	{"Roasted seaweed", "구운 김", 3, 9_900},
	{"Linen shirt", "린넨 셔츠", 4, 49_000},
	{"Running shoes", "러닝화", 4, 119_000},
	{"Wool scarf", "울 목도리", 4, 36_000},
	{"Canvas bag", "캔버스 가방", 4, 29_000},
}

var variants = []struct{ name, nameKo string }{
	{"classic", "클래식"}, {"white", "화이트"}, {"black", "블랙"}, {"mint", "민트"}, {"limited", "한정판"},
	{"mini", "미니"}, {"large", "대형"}, {"gift", "선물용"}, {"season", "시즌"}, {"refurbished", "리퍼"},
}

// shipped returns the built-in product of any id ≥ 1, always the same.
func shipped(id int64) *Product {
	n := int(id - 1)
	model, variant := models[n%len(models)], variants[n/len(models)%len(variants)]
	day := time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n%700)
	p := &Product{
		ID:         id,
		SKU:        fmt.Sprintf("%s-%06d", strings.ToUpper(categories[model.category][:2]), id%1_000_000),
		Name:       model.name + " (" + variant.name + ")",
		NameKo:     model.nameKo + " (" + variant.nameKo + ")",
		Category:   categories[model.category],
		Price:      model.price + int64(n%7)*1000,
		Stock:      n * 37 % 250,
		Tags:       []string{variant.name, variant.nameKo},
		Rating:     float64(30+n*7%21) / 10,
		ReleasedOn: day.Format(dateLayout),
		UpdatedAt:  day,
	}
	if n%3 > 0 {
		text := model.nameKo + ": 오늘 주문하면 내일 도착해요."
		p.Description = &text
	}
	return p.finish()
}

// finish derives what follows from the other fields.
func (p *Product) finish() *Product {
	p.PictureURL = fmt.Sprintf("/products/%d/picture", p.ID)
	p.folded = strings.ToLower(p.Name + "\n" + p.NameKo)
	return p
}

// apply returns a copy with everything that in says, or the fields that are not allowed.
// whole asks for every required field.
func (p *Product) apply(in productInput, whole bool, now time.Time) (*Product, error) {
	next, wrong := *p, map[string]string{}
	if whole {
		next.Description, next.Tags = nil, []string{}
		for name, missing := range map[string]bool{
			"name": in.Name == nil, "name_ko": in.NameKo == nil,
			"category": in.Category == nil, "price_krw": in.Price == nil,
		} {
			if missing {
				wrong[name] = "is required"
			}
		}
	}
	in.texts(&next, wrong)
	if in.Price != nil {
		if next.Price = *in.Price; next.Price < 0 || next.Price > 100_000_000 {
			wrong["price_krw"] = "must be from 0 to 100000000"
		}
	}
	if in.Stock != nil {
		if next.Stock = *in.Stock; next.Stock < 0 || next.Stock > 1_000_000 {
			wrong["stock"] = "must be from 0 to 1000000"
		}
	}
	if err := invalid(wrong); err != nil {
		return nil, err
	}
	next.UpdatedAt = now
	return next.finish(), nil
}

func (in productInput) texts(next *Product, wrong map[string]string) {
	for _, text := range []struct {
		name  string
		value *string
		to    *string
	}{{"name", in.Name, &next.Name}, {"name_ko", in.NameKo, &next.NameKo}} {
		if text.value == nil {
			continue
		}
		if n := utf8.RuneCountInString(*text.value); n < 1 || n > 120 {
			wrong[text.name] = "must have 1 to 120 characters"
		}
		*text.to = *text.value
	}
	if in.Description != nil {
		if utf8.RuneCountInString(*in.Description) > 2000 {
			wrong["description"] = "must have at most 2000 characters"
		}
		next.Description = in.Description
	}
	if in.Category != nil {
		if next.Category = *in.Category; !slices.Contains(categories, next.Category) {
			wrong["category"] = "must be one of " + strings.Join(categories, ", ")
		}
	}
	if in.Tags != nil {
		if len(*in.Tags) > 10 || slices.ContainsFunc(*in.Tags, func(tag string) bool { return utf8.RuneCountInString(tag) > 30 }) {
			wrong["tags"] = "must be at most 10 tags of at most 30 characters"
		}
		next.Tags = *in.Tags
	}
}
