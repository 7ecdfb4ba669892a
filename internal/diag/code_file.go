package diag

// The codes of the application's file.
const (
	FileUnreadable Code = "BYN-1001"
	NotYAML        Code = "BYN-1002"
	UnknownKey     Code = "BYN-1003"
	WrongType      Code = "BYN-1004"
	BadValue       Code = "BYN-1005"
	MissingKey     Code = "BYN-1006"
	UnknownService Code = "BYN-1007"
	DuplicateName  Code = "BYN-1008"
	BadName        Code = "BYN-1009"
	BadExpression  Code = "BYN-1010"
	NotYet         Code = "BYN-1011"
	TooLarge       Code = "BYN-1012"
	VariableClash  Code = "BYN-1013"
	RouteConflict  Code = "BYN-1014"
)

var fileCodes = []Entry{
	{FileUnreadable, "file cannot be read", "The file or one it includes does not exist or may not be read.", "Check the path, which is relative to the file that names it, and its permissions."},
	{NotYAML, "not YAML", "The text does not follow YAML 1.2.", "Mend the line shown; an editor with the schema finds it while you type."},
	{UnknownKey, "unknown key", "The key is not part of the format.", "Use the nearest known key, or remove it; banyan schema lists all."},
	{WrongType, "wrong type", "The value is of another kind than the key takes.", "Write the value in the form that the hint shows."},
	{BadValue, "value out of range", "The value cannot be used here.", "Write a value that the hint allows."},
	{MissingKey, "missing key", "The noun needs a key that is not there.", "Add the key."},
	{UnknownService, "name that does not exist", "A service or external is named, in the file or in an overlay, that the application does not have.", "Mend the name, or declare it under services or external."},
	{DuplicateName, "defined twice", "The same name is defined at two places.", "Remove one, or rename it."},
	{BadName, "not a name", "Names are lower-case letters, digits and dashes, at most 40, and some are reserved.", "Choose another name."},
	{BadExpression, "expression is wrong", "The expression does not compile, or names something that does not exist here.", "Mend the expression; the hint lists what may be named."},
	{NotYet, "not available yet", "The key belongs to a capability that this version does not have.", "Remove it; docs/capabilities.md tells what is there."},
	{TooLarge, "file too large", "The file, what its aliases expand to, or what its expressions do together exceeds the bound.", "Split it with include, and write repeated parts and computed values out."},
	{VariableClash, "variable made twice", "Two declarations make the same environment variable, or one that the platform sets.", "Rename the variable or the service."},
	{RouteConflict, "routes that cannot be told apart", "Two routes match the same requests with the same precedence.", "Change the path, the method or the host of one."},
}
