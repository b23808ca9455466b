{{/* What besides otlp.endpoint makes the agent push, in words, one a line. What a variable holds is unknown where it has a source. */}}
{{- define "connwatch.push.other" -}}
{{- if index .Values.config "otlp" }}
config.otlp is true
{{- end }}
{{- range .Values.extraEnv }}
{{- $text := .valueFrom | empty | ternary (.value | default "" | trim | lower) "otlp" }}
{{- $endpoint := and $text (regexMatch "^OTEL_EXPORTER_OTLP_((METRICS|LOGS)_)?ENDPOINT$" .name) }}
{{- $exporter := and (contains "otlp" $text) (regexMatch "^OTEL_(METRICS|LOGS)_EXPORTER$" .name) }}
{{- if or $endpoint $exporter }}
extraEnv sets {{ .name }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "connwatch.check.push" -}}
{{- $other := include "connwatch.push.other" . -}}
{{- if and .Values.otlp.endpoint (eq (index .Values.config "otlp" | toString) "false") (not (contains "LOGS" $other)) -}}
{{- fail "otlp.endpoint is set and config.otlp is false: nothing would be pushed; set one of them only" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.otlp.port) -}}
{{- range $other | trim | splitList "\n" -}}
{{- if and . (or (not $.Values.otlp.endpoint) (hasSuffix "ENDPOINT" .)) -}}
{{- fail (printf "%s, and networkPolicy.enabled lets the agent out to otlp.endpoint only: set otlp.endpoint, or networkPolicy.otlp.port to the port of the collector's pods" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
