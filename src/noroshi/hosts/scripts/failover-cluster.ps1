# Tells the state of the nodes, roles and resources of the failover cluster that this server belongs
# to, as JSON for a monitor of the type "script". It only reads. The account of Noroshi's service
# needs read access to the cluster (Grant-ClusterAccess -ReadOnly).
#   problem  of each node and role: 0 up or online, 1 paused, pending or partly online,
#            2 down, offline or failed
#   failed_resources  of the whole cluster
#   https://learn.microsoft.com/powershell/module/failoverclusters
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$good = 'Up', 'Online'
$doubtful = 'Paused', 'Joining', 'Pending', 'PartialOnline'
function Get-Problem($state) {
    if ($good -contains $state) { 0 } elseif ($doubtful -contains $state) { 1 } else { 2 }
}

$items = @{}
foreach ($node in Get-ClusterNode) {
    $items["node $($node.Name)"] = @{ problem = Get-Problem "$($node.State)" }
}
# The group for available storage is offline wherever no disk waits for a role.
foreach ($group in Get-ClusterGroup | Where-Object { "$($_.GroupType)" -ne 'AvailableStorage' }) {
    $items["role $($group.Name)"] = @{ problem = Get-Problem "$($group.State)" }
}
$failed = @(Get-ClusterResource | Where-Object { "$($_.State)" -eq 'Failed' })
@{ items = $items; failed_resources = $failed.Count } | ConvertTo-Json -Depth 3 -Compress
