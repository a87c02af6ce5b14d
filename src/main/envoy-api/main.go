// Command envoy-api writes what changed in Envoy's API from one minor version to the next:
// which messages, fields and values came, went, or are marked as deprecated or as disallowed.
//
// It reads the generated Go code of each version, which holds the descriptors, and compiles none
// of it. README.md says how it is run and what the lines mean.
package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Extensions of envoy/annotations/deprecation.proto: of fields and of enum values.
const (
	disallowedField protowire.Number = 189503207
	disallowedValue protowire.Number = 70100853
)

var before3 = regexp.MustCompile(`\.v[12](alpha\d*)?$|\.v2\.`)

type age int

const (
	absent age = iota
	current
	deprecated
	disallowed
)

var letters = map[age]string{absent: "-", current: "+", deprecated: "d", disallowed: "x"}

// api is each message, field and enum value of a version by its full name.
type api map[string]age

func main() {
	if len(os.Args) < 3 {
		fail("usage: envoy-api VERSION=FOLDER VERSION=FOLDER …, oldest first")
	}
	var versions []string
	var apis []api
	for _, arg := range os.Args[1:] {
		version, folder, found := strings.Cut(arg, "=")
		if !found {
			fail(arg + " (expected: VERSION=FOLDER)")
		}
		read, err := readAll(folder)
		if err != nil {
			fail(err.Error())
		}
		versions = append(versions, version)
		apis = append(apis, read)
	}
	fmt.Println("versions " + strings.Join(versions, " "))
	fmt.Print(strings.Join(history(apis), ""))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "envoy-api: "+message)
	os.Exit(1)
}

// history has a line for each name that is not simply there in all versions. What is inside a
// message that a version lacks is not told of: the message is.
func history(apis []api) []string {
	names := map[string]bool{}
	for _, each := range apis {
		for name := range each {
			names[name] = true
		}
	}
	var lines []string
	for name := range names {
		letters := ages(apis, name)
		if strings.Trim(letters, "+") != "" && letters != inherited(apis, name) {
			lines = append(lines, letters+" "+name+"\n")
		}
	}
	slices.SortFunc(lines, func(a, b string) int {
		return cmp.Compare(a[len(apis):], b[len(apis):])
	})
	return lines
}

func ages(apis []api, name string) string {
	var all strings.Builder
	for _, each := range apis {
		all.WriteString(letters[each[name]])
	}
	return all.String()
}

// inherited is what would be so of a member just because of the message or enum around it.
func inherited(apis []api, name string) string {
	around := name[:strings.LastIndexByte(name, '.')]
	return strings.NewReplacer("d", "+", "x", "+").Replace(ages(apis, around))
}

func readAll(folder string) (api, error) {
	all := api{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".pb.go") {
			return err
		}
		return readFile(path, all)
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: no descriptors (expected: generated Go code)", folder)
	}
	return all, err
}

func readFile(path string, into api) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, decl := range file.Decls {
		gen, isGen := decl.(*ast.GenDecl)
		if !isGen {
			continue
		}
		for _, spec := range gen.Specs {
			value, isValue := spec.(*ast.ValueSpec)
			if !isValue || !strings.HasSuffix(value.Names[0].Name, "_rawDesc") {
				continue
			}
			raw, err := constant(value.Values[0])
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			descriptor := &descriptorpb.FileDescriptorProto{}
			if err := proto.Unmarshal(raw, descriptor); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			addFile(descriptor, into)
		}
	}
	return nil
}

// constant is the value of "a" + "b" or, as older generators wrote it, of []byte{1, 2}.
func constant(expression ast.Expr) ([]byte, error) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return []byte(text), err
	case *ast.BinaryExpr:
		left, err := constant(e.X)
		if err != nil {
			return nil, err
		}
		right, err := constant(e.Y)
		return append(left, right...), err
	case *ast.CompositeLit:
		bytes := make([]byte, 0, len(e.Elts))
		for _, element := range e.Elts {
			number, err := strconv.ParseUint(element.(*ast.BasicLit).Value, 0, 8)
			if err != nil {
				return nil, err
			}
			bytes = append(bytes, byte(number))
		}
		return bytes, nil
	case *ast.CallExpr:
		return constant(e.Args[0])
	default:
		return nil, fmt.Errorf("a descriptor that is a %T", expression)
	}
}

// addFile leaves out what no Envoy has taken since 1.19: the API before v3.
func addFile(file *descriptorpb.FileDescriptorProto, into api) {
	if before3.MatchString(file.GetPackage()) {
		return
	}
	for _, message := range file.MessageType {
		addMessage(file.GetPackage(), message, into)
	}
	for _, enum := range file.EnumType {
		addEnum(file.GetPackage(), enum, into)
	}
}

func addMessage(scope string, message *descriptorpb.DescriptorProto, into api) {
	name := scope + "." + message.GetName()
	into[name] = current
	if message.GetOptions().GetDeprecated() {
		into[name] = deprecated
	}
	for _, field := range message.Field {
		into[name+"."+field.GetName()] =
			ageOf(field.GetOptions().GetDeprecated(), field.GetOptions(), disallowedField)
	}
	for _, nested := range message.NestedType {
		if !nested.GetOptions().GetMapEntry() {
			addMessage(name, nested, into)
		}
	}
	for _, enum := range message.EnumType {
		addEnum(name, enum, into)
	}
}

func addEnum(scope string, enum *descriptorpb.EnumDescriptorProto, into api) {
	name := scope + "." + enum.GetName()
	into[name] = current
	for _, value := range enum.Value {
		into[name+"."+value.GetName()] =
			ageOf(value.GetOptions().GetDeprecated(), value.GetOptions(), disallowedValue)
	}
}

// ageOf reads an extension that is not linked in: its bytes are among the unknown fields.
func ageOf(isDeprecated bool, options proto.Message, extension protowire.Number) age {
	unknown := options.ProtoReflect().GetUnknown()
	for len(unknown) > 0 {
		number, kind, n := protowire.ConsumeTag(unknown)
		if n < 0 {
			break
		}
		size := protowire.ConsumeFieldValue(number, kind, unknown[n:])
		if size < 0 {
			break
		}
		if number == extension && kind == protowire.VarintType {
			if on, _ := protowire.ConsumeVarint(unknown[n:]); on != 0 {
				return disallowed
			}
		}
		unknown = unknown[n+size:]
	}
	if isDeprecated {
		return deprecated
	}
	return current
}
