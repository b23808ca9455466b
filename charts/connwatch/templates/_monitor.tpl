{{/* The endpoint of PodMonitor and ServiceMonitor, from (dict of the monitor's values). */}}
{{- define "connwatch.monitor.endpoint" -}}
- port: metrics
  path: /metrics
  {{- with .interval }}
  interval: {{ . }}
  {{- end }}
  {{- with .scrapeTimeout }}
  scrapeTimeout: {{ . }}
  {{- end }}
  {{- with .relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The objects that a monitor selects. */}}
{{- define "connwatch.monitor.selector" -}}
jobLabel: app.kubernetes.io/name
namespaceSelector:
  matchNames: [{{ .Release.Namespace | quote }}]
selector:
  matchLabels:
    {{- include "connwatch.selectorLabels" . | nindent 4 }}
{{- end -}}
