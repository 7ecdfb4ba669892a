import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One step of the ring, with nothing but the JDK: {@code java Main.java} compiles and runs it. */
public class Main {
    static final String NAME = "java";
    static final String NEXT = System.getenv("GO_URL");
    static final int MAX_HOPS = 32;
    static final Pattern TRACE = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");
    static final Pattern PATH = Pattern.compile("\"path\"\\s*:\\s*\\[");
    static final Pattern HOPS = Pattern.compile("(?:^|.*&)hops=([0-9]{1,2})(?:&.*|$)");

    static final AtomicInteger open = new AtomicInteger();

    static final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();

    public static void main(String[] arguments) throws IOException {
        // Head and body go out in two writes; without this the second waits 40 ms for the first one's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        String host = System.getenv().getOrDefault("HOST", "127.0.0.1");
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/healthz", exchange -> answer(exchange, 200, "{\"status\": \"ok\"}"));
        server.createContext("/", Main::handle);
        server.start();
        // The JVM runs this at SIGTERM and SIGINT, and exits with 143 or 130 after it.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            log("INFO", "stopping", null, "");
            // stop(5) would wait all of the five seconds, also with nothing open.
            for (int i = 0; i < 250 && open.get() > 0; i++) {
                pause(Duration.ofMillis(20));
            }
            server.stop(0);
            threads.shutdown();
        }));
        log("INFO", "listening", null, ", \"port\": " + server.getAddress().getPort());
    }

    static void handle(HttpExchange exchange) throws IOException {
        open.incrementAndGet();
        try {
            walk(exchange);
        } finally {
            open.decrementAndGet();
        }
    }

    static void walk(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getRawQuery();
        Matcher hops = HOPS.matcher(query == null || !query.contains("hops=") ? "hops=4" : query);
        int status = 200;
        String body;
        if (!path.equals("/ring")) {
            status = 404;
            body = "{\"error\": \"there is only /ring\"}";
        } else if (!hops.matches() || Integer.parseInt(hops.group(1)) > MAX_HOPS) {
            status = 400;
            body = "{\"error\": \"hops is a number from 0 to " + MAX_HOPS + "\"}";
        } else {
            body = ring(exchange, Integer.parseInt(hops.group(1)));
        }
        answer(exchange, status, body);
        log("INFO", exchange.getRequestMethod() + " " + path, exchange, ", \"status\": " + status);
    }

    static String ring(HttpExchange exchange, int hops) {
        if (hops == 0) {
            return "{\"path\": [\"" + NAME + "\"]}";
        }
        if (NEXT == null) {
            return "{\"path\": [\"" + NAME + "\"], \"ended\": \"GO_URL is not set\"}";
        }
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(NEXT + "/ring?hops=" + (hops - 1)))
                    .timeout(Duration.ofSeconds(10));
            // The trace goes on as it came: that is all that a service has to do to be seen in it.
            for (String name : List.of("traceparent", "tracestate", "baggage")) {
                String value = exchange.getRequestHeaders().getFirst(name);
                if (value != null) {
                    request.header(name, value);
                }
            }
            var answer = client.send(request.build(), BodyHandlers.ofString());
            Matcher list = PATH.matcher(answer.body());
            if (answer.statusCode() != 200 || !list.find()) {
                throw new IOException("go answered " + answer.statusCode());
            }
            // The JDK reads no JSON; the answer is passed on as it is, with one name more at the head of its list.
            return answer.body().substring(0, list.end()) + "\"" + NAME + "\", " + answer.body().substring(list.end()).strip();
        } catch (IOException | IllegalArgumentException error) {
            log("ERROR", "calling go", exchange, ", \"error\": " + quoted(String.valueOf(error)));
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        return "{\"path\": [\"" + NAME + "\"], \"ended\": \"go does not answer\"}";
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    static void log(String level, String message, HttpExchange exchange, String more) {
        String parent = exchange == null ? null : exchange.getRequestHeaders().getFirst("traceparent");
        Matcher trace = TRACE.matcher(parent == null ? "" : parent);
        String id = trace.matches() ? ", \"trace_id\": \"" + trace.group(1) + "\"" : "";
        System.out.println("{\"time\": \"" + Instant.now() + "\", \"level\": \"" + level + "\", \"msg\": " + quoted(message)
                + ", \"service\": \"" + NAME + "\"" + id + more + "}");
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
