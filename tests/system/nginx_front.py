"""nginx in Lumina's place, to try the harness before there is a gateway."""

from pathlib import Path


def command(config, folder):
    server = config["server"]
    places, ups = [], []
    for route in config["routes"]:
        path, strip = route["path"], route.get("strip_prefix")
        if not path.startswith("/"):
            path, strip = "/api/" + path, strip is not False
        target = route["upstream"]
        if not target.startswith("http"):
            target = config["upstreams"][target]["endpoints"][0]
        base = target.split("://")[1]
        authority, _, rest0 = base.partition("/")
        ups.append(f"upstream u{len(ups)} {{ server {authority}; keepalive 64; }}")
        target = f"http://u{len(ups) - 1}" + ("/" + rest0 if rest0 else "")
        host = "$http_host" if route.get("preserve_host", True) else "$proxy_host"
        slash = path.rstrip("/")
        uri = "/" if strip else ""
        for match, rest in ((f"= {path}", uri), (f"{slash}/", uri)) if path != "/" else (("/", uri),):
            if match == "/" and path == "/":
                pass
            places.append(
                f"location {match} {{ proxy_pass {target}{rest}; proxy_set_header Host {host};"
                f" proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;"
                f" proxy_set_header X-Forwarded-Host $http_host; proxy_set_header Via '1.1 lumina';"
                f" proxy_set_header X-Request-ID $request_id; add_header X-Request-ID $request_id always; add_header Via '1.1 lumina' always;"
                f" proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up; }}"
            )
            if path == "/":
                break
    text = f"""
worker_processes {server['workers']}; daemon off; pid {folder}/front-{server['port']}.pid; error_log stderr;
events {{ worker_connections 4096; }}
http {{
  log_format j escape=json '{{"event":"access","path":"$uri","status":$status,"request_id":"$request_id","reason":"ok"}}';
  access_log /dev/stdout j; map $http_upgrade $up {{ default upgrade; '' ''; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_pass_header Server; proxy_pass_header Date; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off; client_max_body_size 0;
  {' '.join(ups)}
  server {{ listen {server['host']}:{server['port']}; {' '.join(places)} }}
}}
"""
    file = Path(folder) / f"front-{server['port']}.conf"
    file.write_text(text)
    return ["nginx", "-e", "stderr", "-c", str(file), "-p", str(folder)]
