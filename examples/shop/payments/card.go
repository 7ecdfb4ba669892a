package main

import "strings"

// The cards that are told apart; any other number with a right check digit is charged like Good.
const (
	good     = "4242424242424242"
	declined = "4000000000000002"
)

// digits is a card's number without what people write between them; empty when it cannot be one.
func digits(text string) string {
	number := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if len(number) < 12 || len(number) > 19 || strings.Trim(number, "0123456789") != "" || !luhn(number) {
		return ""
	}
	return number
}

// luhn checks the last digit (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}
