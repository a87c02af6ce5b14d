// Command logload plays many Envoys that send HTTP access logs to one collector over gRPC streams,
// as fast as it takes them, and reports entries per second, and per second of the collector's CPU.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	data "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	als "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var (
	target   = flag.String("target", "127.0.0.1:18000", "collector, host:port")
	count    = flag.String("count", "", "URL that answers JSON with accessLogs.entries: what the collector has counted")
	streams  = flag.Int("streams", 32, "number of streams, each on a connection of its own as an Envoy's")
	size     = flag.Int("message-bytes", 16384, "of a message, about; Envoy's buffer_size_bytes")
	rate     = flag.Int("rate", 0, "entries per second of all streams together; 0: as fast as it goes")
	warmup   = flag.Duration("warmup", 10*time.Second, "before the measurement")
	duration = flag.Duration("duration", 15*time.Second, "of the measurement")
	pid      = flag.Int("server-pid", 0, "process to read CPU and memory of")
	label    = flag.String("label", "", "copied to the report")
)

// raw sends bytes that were encoded once.
type raw struct{}

func (raw) Name() string { return "proto" }
func (raw) Marshal(v any) ([]byte, error) {
	return *v.(*[]byte), nil
}
func (raw) Unmarshal(data []byte, v any) error { return nil }

type batch struct {
	bytes   []byte
	entries int64
}

func entry(r *rand.Rand) *data.HTTPAccessLogEntry {
	n := r.Intn(50)
	status := uint32(200)
	flags := &data.ResponseFlags{}
	switch k := r.Intn(100); {
	case k < 3:
		status, flags.NoHealthyUpstream = 503, true
	case k < 5:
		status, flags.UpstreamRequestTimeout = 504, true
	case k < 10:
		status = 404
	}
	took := time.Duration(r.ExpFloat64() * float64(20*time.Millisecond))
	addr := func(a string, p uint32) *core.Address {
		return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
			Address: a, PortSpecifier: &core.SocketAddress_PortValue{PortValue: p}}}}
	}
	return &data.HTTPAccessLogEntry{
		CommonProperties: &data.AccessLogCommon{
			DownstreamRemoteAddress:       addr("10.1.2.3", 40000+uint32(n)),
			DownstreamLocalAddress:        addr("10.1.0.1", 443),
			DownstreamDirectRemoteAddress: addr("10.1.2.3", 40000+uint32(n)),
			UpstreamRemoteAddress:         addr(fmt.Sprintf("10.2.0.%d", n), 8080),
			UpstreamLocalAddress:          addr("10.1.0.1", 51000+uint32(n)),
			StartTime:                     timestamppb.New(time.Unix(1800000000, int64(r.Intn(1e9)))),
			TimeToLastRxByte:              durationpb.New(50 * time.Microsecond),
			TimeToFirstUpstreamTxByte:     durationpb.New(200 * time.Microsecond),
			TimeToLastUpstreamTxByte:      durationpb.New(210 * time.Microsecond),
			TimeToFirstUpstreamRxByte:     durationpb.New(took * 9 / 10),
			TimeToLastUpstreamRxByte:      durationpb.New(took * 9 / 10),
			TimeToFirstDownstreamTxByte:   durationpb.New(took),
			TimeToLastDownstreamTxByte:    durationpb.New(took),
			Duration:                      durationpb.New(took),
			UpstreamCluster:               fmt.Sprintf("service-%02d", n),
			RouteName:                     fmt.Sprintf("route-%d", n%5),
			ResponseFlags:                 flags,
			UpstreamRequestAttemptCount:   1,
			AccessLogType:                 data.AccessLogType_DownstreamEnd,
			StreamId:                      "0d1f7a53-1111-2222-3333-444455556666",
		},
		ProtocolVersion: data.HTTPAccessLogEntry_HTTP11,
		Request: &data.HTTPRequestProperties{
			RequestMethod: core.RequestMethod_GET, Scheme: "https", Authority: "shop.example.com",
			Path: "/api/v1/items/4711?color=blue", UserAgent: "okhttp/4.12.0", ForwardedFor: "203.0.113.9",
			RequestId: "b3c1d2e4-aaaa-bbbb-cccc-ddddeeeeffff", RequestHeadersBytes: 420, RequestBodyBytes: 12,
		},
		Response: &data.HTTPResponseProperties{
			ResponseCode: wrapperspb.UInt32(status), ResponseHeadersBytes: 180, ResponseBodyBytes: 2048, ResponseCodeDetails: "via_upstream",
		},
	}
}

func batches() []batch {
	r := rand.New(rand.NewSource(1))
	var all []batch
	for i := 0; i < 64; i++ {
		logs := &als.StreamAccessLogsMessage_HTTPAccessLogEntries{}
		for n := 0; n < *size; {
			e := entry(r)
			n += proto.Size(e)
			logs.LogEntry = append(logs.LogEntry, e)
		}
		b, err := proto.Marshal(&als.StreamAccessLogsMessage{LogEntries: &als.StreamAccessLogsMessage_HttpLogs{HttpLogs: logs}})
		check(err)
		all = append(all, batch{b, int64(len(logs.LogEntry))})
	}
	return all
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var sent atomic.Int64
var broken atomic.Int64

func stream(ctx context.Context, n int, all []batch, ready *sync.WaitGroup, start <-chan struct{}) {
	conn, err := grpc.NewClient(*target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer conn.Close()
	desc := &grpc.StreamDesc{ClientStreams: true}
	s, err := conn.NewStream(ctx, desc, "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs", grpc.ForceCodec(raw{}))
	check(err)
	hello, err := proto.Marshal(&als.StreamAccessLogsMessage{Identifier: &als.StreamAccessLogsMessage_Identifier{
		LogName: "ingress", Node: &core.Node{Id: fmt.Sprintf("node-%d", n), Cluster: fmt.Sprintf("edge-%d", n%10)}}})
	check(err)
	check(s.SendMsg(&hello))
	ready.Done()
	<-start
	begin := time.Now()
	var mine int64
	for i := n; ctx.Err() == nil; i++ {
		b := all[i%len(all)]
		if err := s.SendMsg(&b.bytes); err != nil {
			if ctx.Err() == nil {
				broken.Add(1)
			}
			return
		}
		sent.Add(b.entries)
		mine += b.entries
		if *rate > 0 {
			due := time.Duration(float64(mine) * float64(*streams) / float64(*rate) * float64(time.Second))
			time.Sleep(time.Until(begin.Add(due)))
		}
	}
}

func counted() int64 {
	if *count == "" {
		return sent.Load()
	}
	answer, err := http.Get(*count)
	check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(err)
	var status struct {
		AccessLogs struct {
			Entries int64 `json:"entries"`
		} `json:"accessLogs"`
	}
	check(json.Unmarshal(body, &status))
	return status.AccessLogs.Entries
}

// cpu is the processor time of a process in seconds, user and system.
func cpu(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	u, _ := strconv.ParseFloat(f[11], 64)
	s, _ := strconv.ParseFloat(f[12], 64)
	return (u + s) / 100
}

func memory(pid int, field string) int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(line, field+":") {
			kb, _ := strconv.ParseInt(strings.Fields(line)[1], 10, 64)
			return kb / 1024
		}
	}
	return 0
}

func main() {
	flag.Parse()
	all := batches()
	var bytes, entries int64
	for _, b := range all {
		bytes += int64(len(b.bytes))
		entries += b.entries
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := 0; i < *streams; i++ {
		ready.Add(1)
		done.Add(1)
		go func() { defer done.Done(); stream(ctx, i, all, &ready, start) }()
		if i%200 == 199 {
			ready.Wait()
		}
	}
	ready.Wait()
	close(start)
	time.Sleep(*warmup)
	c0, own0, n0, t0 := cpu(*pid), cpu(os.Getpid()), counted(), time.Now()
	time.Sleep(*duration)
	n1, c1, own1 := counted(), cpu(*pid), cpu(os.Getpid())
	took := time.Since(t0).Seconds()
	report := map[string]any{
		"label": *label, "streams": *streams, "bytes_per_entry": bytes / entries, "entries_per_message": entries / int64(len(all)),
		"entries_per_s": int64(float64(n1-n0) / took), "server_cores": (c1 - c0) / took, "generator_cores": (own1 - own0) / took,
		"entries_per_server_core_s": int64(float64(n1-n0) / max(c1-c0, 0.01)), "rss_mib": memory(*pid, "VmRSS"), "rss_max_mib": memory(*pid, "VmHWM"),
		"broken_streams": broken.Load(),
	}
	cancel()
	done.Wait()
	out, _ := json.Marshal(report)
	fmt.Println(string(out))
}
